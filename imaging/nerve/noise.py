"""Noise of an image, from the image alone."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.ndimage import correlate1d

from .volume import Array

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
