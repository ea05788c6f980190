"""What is known beforehand of a scan's point spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .volume import Array

COUNT = 2
BLUR_SHARE = 0.125
BAND = (0.5, 0.5)
SURE_BAND = (1.0, 0.05)


@dataclass(frozen=True)
class PointSpread:
    """Two numbers, each with its standard deviation, (2,): the variance beyond the voxel box in
    mm^2, and the band, how far k-space was sampled within a box (1: the spread is a sinc) and not
    space averaged over voxel boxes (0)."""

    mean: Array
    sd: Array


def point_spread(spacing_mm: Array, band_limited: bool) -> PointSpread:
    """band_limited: known to come from a k-space acquisition on just this grid."""
    band, band_sd = SURE_BAND if band_limited else BAND
    blur_sd = BLUR_SHARE * float(np.min(spacing_mm)) ** 2
    return PointSpread(np.array([0.0, band]), np.array([blur_sd, band_sd]))
