"""A volume together with what the fit has to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from imaging.told import told

from .acquired import as_acquired
from .errors import ModelMisfit
from .fit import Fit, solve
from .model import Side
from .patch import box_around
from .response import Sampling, sampling_of
from .spread import PointSpread, point_spread
from .volume import Array, Volume

MARGIN_MM: Final = 9.0


@dataclass(frozen=True)
class Scan:
    """The part of a volume around the nerves with what the fit needs to know of it."""

    volume: Volume
    sampling: Sampling
    sign: int
    magnitude: bool
    spread: PointSpread

    @property
    def multiplicative(self) -> bool:
        return self.sign > 0


def scan_of(volume: Volume, points_mm: Array, sign: int) -> Scan:
    """The scan around all these points, (n, 3), on the grid that it was acquired on.

    sign: +1 for a nerve darker than fluid, -1 for brighter. A scan with negative values is no
    magnitude image, so its noise adds no floor.
    """
    first, last = box_around(volume, points_mm, MARGIN_MM)
    box = volume.voxels[first[0] : last[0], first[1] : last[1], first[2] : last[2]].astype(float)
    magnitude = bool(box.min() >= 0)
    affine = volume.affine.copy()
    affine[:3, 3] = volume.to_patient(first)
    cropped, filled = as_acquired(Volume(box, affine, volume.acquired_mm))
    spread = point_spread(cropped.spacing_mm, band_limited=filled)
    return Scan(cropped, sampling_of(cropped), sign, magnitude, spread)


def fitted(
    scan: Scan, sides: tuple[Side, ...], shared: Array, sd: float, sharing: float = 1.0
) -> Fit:
    """`solve` for this scan; a system without a solution is a misfit."""
    try:
        return solve(
            sides,
            shared,
            sd,
            multiplicative=scan.multiplicative,
            sampling=scan.sampling,
            magnitude=scan.magnitude,
            sharing=sharing,
            spread=scan.spread,
        )
    except np.linalg.LinAlgError as error:
        raise ModelMisfit(
            told(
                "The fit of the nerve has no solution: the image does not look like a nerve "
                "in fluid."
            )
        ) from error
