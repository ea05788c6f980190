"""Noise of magnitude images against Rice's distribution and known filters."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.stats import rice

from imaging.nerve.noise import noise_sd, rician, sharing


@pytest.mark.parametrize("signal", [0.0, 0.7, 2.0, 10.0])
def test_mean_and_variance_are_rice_s(signal):
    mean, _, variance = rician(np.array([signal * 3.0]), 3.0)
    truth = rice(signal, scale=3.0)
    assert mean[0] == pytest.approx(truth.mean(), rel=1e-9)
    assert variance[0] == pytest.approx(truth.var(), rel=1e-6)


def test_slope_is_the_derivative_of_the_mean():
    step = 1e-5
    signal = np.array([0.5, 2.0, 9.0])
    _, slope, _ = rician(signal, 1.3)
    by_difference = (rician(signal + step, 1.3)[0] - rician(signal - step, 1.3)[0]) / (2 * step)
    assert slope == pytest.approx(by_difference, abs=1e-7)


def test_white_noise_is_sized_and_not_shared():
    noise = np.random.default_rng(0).normal(0, 7.0, (30, 30, 30))
    assert noise_sd(noise) == pytest.approx(7.0, rel=0.03)
    index = np.stack(np.indices(noise.shape), -1).reshape(-1, 3)
    assert sharing(index, noise.ravel()) < 1.2


def test_smoothed_noise_is_shared_by_its_kernel():
    """Averaging noise of a Gaussian kernel: the variance grows by 1 / sum of squared weights."""
    noise = gaussian_filter(np.random.default_rng(1).normal(0, 1, (40, 40, 40)), 0.7, mode="wrap")
    index = np.stack(np.indices(noise.shape), -1).reshape(-1, 3)
    kernel = gaussian_filter(np.pad([[[1.0]]], 8), 0.7)
    assert sharing(index, noise.ravel()) == pytest.approx(1 / np.sum(kernel**2), rel=0.15)
