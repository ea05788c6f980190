"""Values between voxels, and none outside."""

import numpy as np
import pytest

from imaging.render.sampling import Plane, Window, sample
from tests.imaging.render.nerves import grid


@pytest.mark.parametrize("order", [1, 3])
def test_a_linear_field_is_met_exactly(order):
    volume = grid(lambda p: 3 * p[..., 0] - 2 * p[..., 1] + p[..., 2] + 100, half_mm=6.0)
    points = np.random.default_rng(1).uniform(-3, 3, (50, 3))
    truth = points @ [3, -2, 1] + 100
    np.testing.assert_allclose(sample(volume, points, order), truth, atol=0.02)


def test_there_is_no_value_outside():
    volume = grid(lambda p: p[..., 0], half_mm=4.0)
    assert np.isnan(sample(volume, np.array([[0.0, 0, 5.0]]))).all()


def test_a_plane_s_pixels_and_points_belong_together():
    plane = Plane(np.array([1.0, 2, 3]), np.eye(3)[1], -np.eye(3)[2], 0.2, (30, 40))
    points = plane.points_mm()
    np.testing.assert_allclose(plane.to_pixel(points[7, 11]), [11, 7], atol=1e-9)


def test_a_window_shows_black_to_white_and_blanks_what_is_not_there():
    grey = Window(0, 100).grey(np.array([-5.0, 50.0, 200.0, np.nan]))
    assert grey.tolist() == [0, 127, 255, 0]
