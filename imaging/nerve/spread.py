"""What is known beforehand of a scan's point spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .volume import Array

COUNT = 2
WIDER = 0.125
NARROWER = 0.02
BAND = (0.5, 0.5)
SURE_BAND = (1.0, 0.05)


@dataclass(frozen=True)
class PointSpread:
    """Two numbers, each with its standard deviation, (2,): the variance beyond the voxel box in
    mm^2, and the band, how far k-space was sampled within a box (1: the spread is a sinc) and not
    space averaged over voxel boxes (0). narrower_mm2: standard deviation of the first where it is
    negative, as no scanner sees much finer than its voxels."""

    mean: Array
    sd: Array
    narrower_mm2: float

    def precision(self, values: Array) -> Array:
        """Diagonal of the prior's precision at these two numbers, (2,)."""
        sd = self.sd.copy()
        if values[0] < self.mean[0]:
            sd[0] = self.narrower_mm2
        return np.asarray(sd**-2)


def point_spread(spacing_mm: Array, band_limited: bool) -> PointSpread:
    """band_limited: known to come from a k-space acquisition on just this grid."""
    band, band_sd = SURE_BAND if band_limited else BAND
    unit_mm2 = float(np.min(spacing_mm)) ** 2
    mean, sd = np.array([0.0, band]), np.array([WIDER * unit_mm2, band_sd])
    return PointSpread(mean, sd, NARROWER * unit_mm2)
