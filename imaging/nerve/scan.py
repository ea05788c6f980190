"""A volume together with what the fit has to know of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import ModelMisfit
from .fit import Fit, Side, solve
from .response import Sampling, sampling_of
from .volume import Array, Volume


@dataclass(frozen=True)
class Scan:
    """A volume with what the fit needs to know of it."""

    volume: Volume
    sampling: Sampling
    sign: int
    magnitude: bool

    @property
    def multiplicative(self) -> bool:
        return self.sign > 0


def scan_of(volume: Volume, sign: int, lowest: float) -> Scan:
    """sign: +1 for a nerve darker than fluid, -1 for brighter. A scan with negative values is no
    magnitude image, so its noise adds no floor."""
    return Scan(volume, sampling_of(volume), sign, lowest >= 0)


def fitted(
    scan: Scan, sides: tuple[Side, ...], contrasts: Array, sd: float, sharing: float = 1.0
) -> Fit:
    """`solve` for this scan; a system without a solution is a misfit."""
    try:
        return solve(
            sides,
            contrasts,
            sd,
            multiplicative=scan.multiplicative,
            sampling=scan.sampling,
            magnitude=scan.magnitude,
            sharing=sharing,
        )
    except np.linalg.LinAlgError as error:
        raise ModelMisfit(
            "The fit of the nerve has no solution: the image does not look like a nerve in fluid."
        ) from error
