"""A zero-filled scan back on the grid that it was acquired on.

Filling k-space with zeros makes voxels finer and tells nothing new: neighbours share their noise,
and the point spread is that of the acquired grid. Cutting the empty frequencies off undoes it
without loss, so that noise is white again and there are fewer voxels to fit.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.fft import dct, idct

from .volume import Array, Volume

LEAST_FILL: Final = 1.15
EMPTY: Final = 0.05
FEWEST: Final = 24
SPARE: Final = 12


def as_acquired(volume: Volume) -> tuple[Volume, bool]:
    """The volume on its acquired grid, and whether it was zero-filled along any axis.

    How far, the header tells (acquired_mm) or else the spectrum of the image itself.
    """
    box = np.asarray(volume.voxels, dtype=float)
    affine = volume.affine.copy()
    filled = False
    for axis, stated in enumerate(_stated(volume)):
        count = box.shape[axis]
        share = 1 / stated if stated > LEAST_FILL else held_share(box, axis)
        if share > 1 / LEAST_FILL or count < FEWEST:
            continue
        box, affine = _shortened(box, affine, axis, share)
        filled = True
    return (Volume(box, affine), True) if filled else (volume, False)


def _stated(volume: Volume) -> list[float]:
    """Acquired over displayed spacing along each axis as the header tells, 1 where it does not."""
    if volume.acquired_mm is None:
        return [1.0, 1.0, 1.0]
    ratio = np.asarray(volume.acquired_mm) / volume.spacing_mm[:2]
    return [float(ratio[0]), float(ratio[1]), 1.0]


def held_share(box: Array, axis: int) -> float:
    """Up to which share of the band the box holds any power along an axis, 1 where all of it.

    Beyond, all frequencies together hold less than EMPTY of the power just below, each.
    """
    count = box.shape[axis]
    if count < FEWEST:
        return 1.0
    spectrum = dct(box, type=2, axis=axis, norm="ortho")
    power = np.mean(spectrum**2, axis=tuple(k for k in range(3) if k != axis))
    wide = max(3, count // 20)
    for cut in range(count // 4, count - wide):
        tail = float(np.mean(power[cut:]))
        if tail < EMPTY * float(np.mean(power[cut - wide : cut])) and tail < EMPTY * power[cut - 1]:
            return cut / count
    return 1.0


def _shortened(box: Array, affine: Array, axis: int, share: float) -> tuple[Array, Array]:
    """The box on a coarser grid along one axis; up to SPARE voxels at its end are left out where
    that makes the coarser grid's length whole."""
    lengths = np.arange(box.shape[axis], box.shape[axis] - SPARE, -1)
    whole = np.ceil(lengths * share - 1e-6)
    best = int(np.argmin(whole / lengths - share))
    count, fewer = int(lengths[best]), int(whole[best])
    spectrum = dct(np.take(box, np.arange(count), axis=axis), type=2, axis=axis, norm="ortho")
    kept = np.take(spectrum, np.arange(fewer), axis=axis)
    coarse = idct(kept, type=2, axis=axis, norm="ortho") * np.sqrt(fewer / count)
    ratio = count / fewer
    changed = affine.copy()
    changed[:3, 3] += affine[:3, axis] * (ratio - 1) / 2
    changed[:3, axis] *= ratio
    return np.asarray(coarse), changed
