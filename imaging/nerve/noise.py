"""Noise of a magnitude image: its mean and spread, its amount, and how far neighbours share it."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from scipy.ndimage import correlate1d  # type: ignore[attr-defined]
from scipy.special import i0e, i1e

from .compiled import compiled
from .volume import Array

CHANCE = 2.5
FEWEST_PAIRS = 30
LAGS = np.array([lag for lag in product(range(-2, 3), repeat=3) if lag > (0, 0, 0)])
SECOND_DIFFERENCE = np.array([1.0, -2.0, 1.0])


def noise_sd(box: Array) -> float:
    """Standard deviation of white noise in a box of voxels, in its own units.

    Crossed second differences (Immerkaer, CVIU 64(2), 1996) over the two axes where they are
    least, as median absolute deviation, so that smooth change and sparse structure do not count.
    Independent of any model of the nerve.
    """
    found = []
    for first, second in combinations(range(3), 2):
        if min(box.shape[first], box.shape[second]) < 5:
            continue
        crossed = correlate1d(box, SECOND_DIFFERENCE, axis=first)
        crossed = correlate1d(crossed, SECOND_DIFFERENCE, axis=second)
        whole = np.moveaxis(crossed, (first, second), (0, 1))[1:-1, 1:-1]
        found.append(float(np.median(np.abs(whole))) / 0.6745 / 6.0)
    return min(found, default=0.0)


def rician(signal: Array, sd: float) -> tuple[Array, Array, Array]:
    """Mean, derivative of the mean and variance of a magnitude value, each (n,).

    signal: (n,), noise-free; sd: of the real and the imaginary channel. Mean by Rice's formula,
    sd sqrt(pi / 2) L_1/2(-signal^2 / 2 sd^2); variance 2 sd^2 + signal^2 - mean^2.
    """
    t = (signal / (2 * sd)) ** 2
    even, odd = i0e(t), i1e(t)
    root = sd * np.sqrt(np.pi / 2)
    mean = root * ((1 + 2 * t) * even + 2 * t * odd)
    slope = root * (even + odd) * signal / (2 * sd**2)
    variance = np.clip(2 * sd**2 + signal**2 - mean**2, 0.4 * sd**2, sd**2)
    return mean, slope, variance


def _on_grid(index: Array, residuals: Array) -> tuple[Array, Array]:
    """Residuals and where they are known, on a box with an empty border of two voxels."""
    low = index.min(axis=0) - 2
    grid = np.zeros(index.max(axis=0) - low + 3)
    known = np.zeros(grid.shape)
    where = tuple((index - low).T)
    grid[where] = residuals
    known[where] = 1.0
    return grid, known


def sharing(index: Array, residuals: Array) -> float:
    """Sum of the residuals' autocorrelation over neighbouring voxels, at least 1: by how much
    correlated noise (interpolation, zero-filling, texture) multiplies the variance of an estimate
    that averages over many voxels. 1 for white noise.

    index: (n, 3) voxel indices; residuals: (n,), mean about 0. Lags of up to two voxels; a
    correlation counts where it is beyond chance (from CHANCE standard errors on, wholly one
    later).
    """
    variance = float(np.mean(residuals**2)) if len(residuals) else 0.0
    if variance <= 0:
        return 1.0
    grid, known = _on_grid(index, residuals)
    total = 1.0
    for pairs, products in zip(*_shared(grid, known, LAGS), strict=True):
        if pairs < FEWEST_PAIRS:
            continue
        correlation = float(products) / pairs / variance
        beyond = correlation * np.sqrt(pairs)
        total += 2 * correlation * float(np.clip(beyond - CHANCE, 0, 1))
    return total


@compiled
def _shared(grid: Array, known: Array, lags: Array) -> tuple[Array, Array]:
    """Pairs of known voxels at each lag, and the sum of their residuals' products, (lags,)."""
    pairs = np.zeros(len(lags))
    products = np.zeros(len(lags))
    for i in range(2, grid.shape[0] - 2):
        for j in range(2, grid.shape[1] - 2):
            for k in range(2, grid.shape[2] - 2):
                if known[i, j, k] == 0:
                    continue
                for lag in range(len(lags)):
                    x, y, z = i + lags[lag, 0], j + lags[lag, 1], k + lags[lag, 2]
                    if known[x, y, z] != 0:
                        pairs[lag] += 1
                        products[lag] += grid[i, j, k] * grid[x, y, z]
    return pairs, products
