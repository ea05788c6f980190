"""Paths from two clicks."""

import numpy as np
import pytest

from imaging.nerve.errors import DifferentStructures, NoStrand
from imaging.nerve.patch import patch_around
from imaging.nerve.path import find_path, require_one_strand
from tests.imaging.nerve.tube_image import arc, straight, tube_image


@pytest.mark.parametrize("spacing_mm", [(0.4, 0.4, 0.4), (0.4, 0.4, 0.8), (0.5, 0.5, 1.0)])
def test_path_reaches_both_ends_on_any_voxel(spacing_mm):
    curve, begin, end = arc()
    volume = tube_image([curve], [0.6], spacing_mm=spacing_mm)
    path = find_path(patch_around(volume, np.array([begin, end])), np.array([begin, end]), 1)
    assert np.linalg.norm(path.points_mm[0] - begin) < 1.5
    assert np.linalg.norm(path.points_mm[-1] - end) < 1.5
    away = np.linalg.norm(path.points_mm[:, None] - curve[None, ::5], axis=-1).min(axis=1)
    assert away.max() < 0.6


def test_bright_strand_is_found_with_the_other_sign():
    curve, begin, end = straight(direction=(1, 0.3, 0.2))
    volume = tube_image([curve], [0.6], fluid=200.0, inside=1000.0)
    ends = np.array([begin, end])
    bright = find_path(patch_around(volume, ends), ends, -1)
    dark = find_path(patch_around(volume, ends), ends, 1)
    assert bright.clarity > 2 * dark.clarity


def test_clicks_one_millimetre_off_are_drawn_to_the_strand():
    curve, begin, end = straight()
    volume = tube_image([curve], [0.6])
    ends = np.array([begin + np.array([0, 0.7, 0.7]), end - np.array([0, 0.7, 0.7])])
    path = find_path(patch_around(volume, ends), ends, 1)
    assert np.linalg.norm(path.snapped_mm[:, 1:], axis=1).max() < 0.6


def test_ends_on_two_strands_are_refused():
    first, begin, _ = straight(15.0)
    second, _, end = straight(15.0)
    volume = tube_image([first, second + np.array([0, 5.0, 0])], [0.6, 0.6], margin_mm=8.0)
    ends = np.array([begin, end + np.array([0, 5.0, 0])])
    with pytest.raises(DifferentStructures, match="different structures"):
        require_one_strand(find_path(patch_around(volume, ends), ends, 1))


def test_click_in_flat_fluid_without_noise_has_no_strand():
    curve, begin, end = straight()
    volume = tube_image([curve], [0.6], snr=0, margin_mm=7.0)
    ends = np.array([begin + np.array([0, 5.0, 0]), end])
    with pytest.raises(NoStrand, match="no nerve-like strand"):
        find_path(patch_around(volume, ends), ends, 1)
