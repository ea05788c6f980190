"""A volume together with what the fit has to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import fourier_gaussian  # type: ignore[attr-defined]

from imaging.told import told

from .errors import ModelMisfit
from .fit import Fit, solve
from .model import Side
from .patch import box_around
from .response import Sampling, sampling_of
from .volume import Array, Volume

MARGIN_MM: Final = 9.0
GAUSSIAN: Final = 0.6
ZERO_FILLED: Final = 1.15


@dataclass(frozen=True)
class Scan:
    """The part of a volume around the nerves with what the fit needs to know of it; blur_mm2: the
    point spread's variance beyond the voxel box, as far as known beforehand."""

    volume: Volume
    sampling: Sampling
    sign: int
    magnitude: bool
    blur_mm2: float = 0.0

    @property
    def multiplicative(self) -> bool:
        return self.sign > 0


def scan_of(volume: Volume, points_mm: Array, sign: int) -> Scan:
    """The scan around all these points, (n, 3).

    sign: +1 for a nerve darker than fluid, -1 for brighter. A scan with negative values is no
    magnitude image, so its noise adds no floor. A zero-filled series rings: it is smoothed by a
    Gaussian of GAUSSIAN acquired voxels, in the Fourier domain, which becomes its point spread.
    """
    first, last = box_around(volume, points_mm, MARGIN_MM)
    box = volume.voxels[first[0] : last[0], first[1] : last[1], first[2] : last[2]].astype(float)
    magnitude = bool(box.min() >= 0)
    affine = volume.affine.copy()
    affine[:3, 3] = volume.to_patient(first)
    blur_mm2 = 0.0
    if zero_filled(volume):
        width_mm = GAUSSIAN * float(np.mean(np.asarray(volume.acquired_mm)))
        box = fourier_smoothed(box, width_mm / volume.spacing_mm)
        blur_mm2 = width_mm**2 - float(np.mean(volume.spacing_mm**2)) / 12
    cropped = Volume(box, affine)
    return Scan(cropped, sampling_of(cropped), sign, magnitude, blur_mm2)


def zero_filled(volume: Volume) -> bool:
    """Whether the pixels are clearly finer than what was acquired."""
    if volume.acquired_mm is None:
        return False
    return bool(np.mean(np.asarray(volume.acquired_mm) / volume.spacing_mm[:2]) > ZERO_FILLED)


def fourier_smoothed(box: Array, width: Array) -> Array:
    """The box convolved with a Gaussian of these standard deviations in voxels, (3,), exactly in
    the Fourier domain: a sampled kernel of half a voxel would have the wrong variance."""
    pad = [(8, 8)] * 3
    spectrum = np.fft.fftn(np.pad(box, pad, mode="symmetric"))
    smooth = np.fft.ifftn(fourier_gaussian(spectrum, width)).real
    return np.asarray(smooth[8:-8, 8:-8, 8:-8])


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
            blur_mm2=scan.blur_mm2,
        )
    except np.linalg.LinAlgError as error:
        raise ModelMisfit(
            told(
                "The fit of the nerve has no solution: the image does not look like a nerve "
                "in fluid."
            )
        ) from error
