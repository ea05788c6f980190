"""A nerve's course for pictures follows the measured sections."""

import numpy as np
import pytest

from imaging.render.course import NerveCourse
from tests.imaging.render.nerves import circle, course, phantom


@pytest.fixture(scope="module")
def left():
    return course(phantom("helix", snr=None))


def test_it_passes_through_the_sections_and_keeps_their_areas(left):
    rows = phantom("helix", snr=None).truth["nerves"]["left"]["profile"]
    for row in rows[::10]:
        np.testing.assert_allclose(left.at(row["arc_mm"]), row["centre_mm"], atol=0.01)
    assert left.area_mm2.mean() == pytest.approx(np.pi * 0.36, rel=1e-3)


def test_its_frames_are_orthonormal_and_start_towards_superior(left):
    up, side = left.frames
    basis = np.stack([left.tangents, up, side], axis=2)
    np.testing.assert_allclose(
        basis.transpose(0, 2, 1) @ basis, np.broadcast_to(np.eye(3), basis.shape), atol=1e-9
    )
    assert up[0, 2] > 0.7


def test_its_frames_turn_as_little_as_they_can():
    up, _ = circle(10.0, 15.0).frames
    np.testing.assert_allclose(up, np.broadcast_to([0, 0, 1.0], up.shape), atol=1e-6)


def test_its_curvature_is_that_of_the_circle():
    bend = np.linalg.norm(circle(5.0, 15.0).curvature_per_mm, axis=1)
    assert np.median(bend) == pytest.approx(0.2, rel=0.01)


def test_sides_follow_patient_coordinates():
    assert course(phantom("arc"), "left").side == "left"
    assert course(phantom("arc"), "right").side == "right"


def test_carried_on_it_is_longer_and_straight(left):
    longer = left.extended(2.0, 1.0)
    assert longer.arc_mm[0] == pytest.approx(-2.0)
    assert longer.arc_mm[-1] == pytest.approx(left.arc_mm[-1] + 1.0)
    np.testing.assert_allclose(
        longer.points_mm[0], left.points_mm[0] - 2 * left.tangents[0], atol=1e-9
    )


def test_a_refused_nerve_is_not_drawn():
    with pytest.raises(ValueError, match="no measured nerve"):
        NerveCourse.from_json({"status": "refused", "reason": "Slices are too thick."})
