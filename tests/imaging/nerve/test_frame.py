"""Courses through points: length, ends and a frame that does not twist."""

import numpy as np
import pytest

from imaging.nerve.frame import course_through, rotation_minimising, smoothed
from tests.imaging.nerve.tube_image import arc, straight


def test_length_of_an_arc_is_radius_times_angle():
    curve, begin, end = arc(length_mm=15.0, radius_mm=12.0)
    course = course_through(curve[::40], begin, end)
    assert course.length_mm == pytest.approx(15.0, abs=0.02)
    assert np.linalg.norm(course.at(np.array([0.0]))[0] - begin) < 0.02


def test_ends_are_where_the_clicks_project():
    curve, _, _ = straight(20.0)
    course = course_through(curve[::40], np.array([2.0, 0.5, 0.0]), np.array([12.0, 0.0, -0.4]))
    assert course.length_mm == pytest.approx(10.0, abs=0.03)


def test_frame_is_orthonormal_and_right_handed():
    curve, begin, end = arc()
    course = course_through(curve[::40], begin, end)
    frame = np.stack([course.tangents, course.normals, course.binormals], -1)
    products = np.einsum("nij,nik->njk", frame, frame)
    assert np.abs(products - np.eye(3)).max() < 1e-9
    assert np.linalg.det(frame).min() > 0.999


def test_frame_of_a_helix_turns_by_its_torsion():
    """A rotation-minimising frame turns against the Frenet frame by the torsion's integral."""
    radius, rise = 3.0, 1.0
    angle = np.linspace(0, 2 * np.pi, 4001)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle), rise * angle], -1)
    tangents = np.stack(
        [-radius * np.sin(angle), radius * np.cos(angle), np.full_like(angle, rise)], -1
    ) / np.hypot(radius, rise)
    normals = rotation_minimising(points, tangents)
    inward = np.stack([-np.cos(angle), -np.sin(angle), 0 * angle], -1)
    sideways = np.cross(tangents, inward)
    turn = np.unwrap(
        np.arctan2(np.sum(normals * sideways, axis=1), np.sum(normals * inward, axis=1))
    )
    torsion = rise / (radius**2 + rise**2) * np.hypot(radius, rise) * 2 * np.pi
    assert turn[-1] - turn[0] == pytest.approx(-torsion, abs=1e-3)


def test_smoothing_brings_a_staircase_back_to_its_line():
    ticks = np.arange(0, 15, 0.4)
    stairs = np.stack([ticks, np.round(ticks * 0.3 / 0.4) * 0.4, 0 * ticks], -1)
    drawn = smoothed(stairs, 0.2)
    assert np.abs(drawn[:, 1] - 0.3 * drawn[:, 0]).max() < 0.2
