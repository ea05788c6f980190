"""The forward model against counting points, and its derivatives against differences."""

import numpy as np
import pytest

from imaging.nerve.frame import course_through
from imaging.nerve.neighbourhood import place, voxels_near
from imaging.nerve.response import Shape, filled, sampling_of
from imaging.nerve.volume import Volume
from tests.imaging.nerve.tube_image import arc, straight


def scene(curve, begin, end, spacing=0.4):
    course = course_through(curve[::40], begin, end)
    low = curve.min(axis=0) - 3
    size = np.ceil((curve.max(axis=0) + 3 - low) / spacing).astype(int)
    affine = np.diag([spacing] * 3 + [1.0])
    affine[:3, 3] = low
    volume = Volume(np.zeros(size), affine)
    return course, volume, voxels_near(volume, course, 2.0)


def shape_of(course, radius=0.6, u=0.0, v=0.0, cosine=0.0, sine=0.0):
    one = np.ones(len(course.arc_mm))
    return Shape(radius * one, u * one, v * one, cosine * one, sine * one)


@pytest.mark.parametrize("ellipse", [0.0, 0.438])
def test_the_shares_add_up_to_the_tube_s_volume(ellipse):
    course, volume, near = scene(*straight(12.0, direction=(1, 0.3, 0.2)))
    share, _ = filled(course, shape_of(course, cosine=ellipse), near.placed, sampling_of(volume))
    assert share.sum() * 0.4**3 == pytest.approx(np.pi * 0.36 * 12.0, rel=0.01)


def test_share_of_a_voxel_is_the_counted_one():
    course, volume, near = scene(*arc(12.0))
    share, _ = filled(course, shape_of(course), near.placed, sampling_of(volume))
    ticks = (np.arange(12) + 0.5) / 12 * 0.4 - 0.2
    fine = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), -1).reshape(-1, 3)
    for voxel in range(0, len(share), 97):
        counted = place(near.points_mm[voxel] + fine, course, 3.0).distance_mm < 0.6
        assert share[voxel] == pytest.approx(counted.mean(), abs=0.03)


@pytest.mark.parametrize("which", ["radius", "u", "v", "cosine", "sine"])
def test_derivatives_follow_differences(which):
    course, volume, near = scene(*straight(8.0, direction=(1, 0.4, 0.1)))
    at = {"radius": 0.62, "u": 0.07, "v": -0.05, "cosine": 0.1, "sine": -0.08}
    sampling = sampling_of(volume)
    _, slopes = filled(course, shape_of(course, **at), near.placed, sampling)
    step = 1e-3
    up, down = ({**at, which: at[which] + sign * step} for sign in (1, -1))
    high, _ = filled(course, shape_of(course, **up), near.placed, sampling)
    low, _ = filled(course, shape_of(course, **down), near.placed, sampling)
    column = slopes[:, list(at).index(which)]
    difference = (high - low) / (2 * step)
    assert np.abs(column - difference).max() < 0.04 * np.abs(difference).max() + 0.01


def test_derivative_by_the_blur_follows_a_difference():
    course, volume, near = scene(*straight(8.0, direction=(1, 0.4, 0.1)))
    sampling = sampling_of(volume)
    _, slopes = filled(course, shape_of(course), near.placed, sampling)
    step = 2e-4
    high, _ = filled(course, shape_of(course), near.placed, sampling.widened(step))
    low, _ = filled(course, shape_of(course), near.placed, sampling)
    difference = (high - low) / step
    assert np.abs(slopes[:, 5] - difference).max() < 0.05 * np.abs(difference).max()
