"""The blurred disc against scipy's distribution and against itself."""

import numpy as np
import pytest
from scipy.stats import ncx2

from imaging.nerve.tube import blurred_disc, table

PAIRS = [(0.0, 0.5), (0.3, 1.0), (2.0, 2.5), (4.1, 4.0), (9.5, 10.0), (12.0, 10.0)]


@pytest.mark.parametrize(("distance", "radius"), PAIRS)
def test_blurred_disc_is_the_noncentral_chi_square(distance, radius):
    truth = ncx2.cdf(radius**2, 2, max(distance**2, 1e-12))
    assert blurred_disc(table(), distance, radius)[0] == pytest.approx(truth, abs=3e-4)


@pytest.mark.parametrize(("distance", "radius"), PAIRS[1:])
def test_derivatives_are_those_of_the_distribution(distance, radius):
    step = 1e-4

    def share(d, r):
        return ncx2.cdf(r**2, 2, d**2)

    by_radius = (share(distance, radius + step) - share(distance, radius - step)) / (2 * step)
    by_distance = (share(distance + step, radius) - share(distance - step, radius)) / (2 * step)
    _, found_radius, found_distance = blurred_disc(table(), distance, radius)
    assert found_radius == pytest.approx(by_radius, abs=2e-3)
    assert found_distance == pytest.approx(by_distance, abs=2e-3)


def test_blur_keeps_the_disc_s_area():
    distance = np.arange(0.005, 20, 0.01)
    share = np.array([blurred_disc(table(), d, 6.0)[0] for d in distance])
    assert np.sum(share * 2 * np.pi * distance) * 0.01 == pytest.approx(np.pi * 36, rel=1e-4)
