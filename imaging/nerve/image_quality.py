"""Hints about a whole scan for the person who judges it: how noisy it is, and whether it ghosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .noise import noise_sd

Voxels = NDArray[np.floating[Any]]
# The ACR's limit for an image of a phantom (MRI Accreditation Program, percent signal ghosting).
GHOSTS = 0.025
# Less than this is noisier than any scan that the nerve was found on.
NOISY = 10.0
FEWEST_VOXELS = 12
EDGE = 0.05
# A strip at the edge with more than this of the head's signal has some of the head in it.
AIR = 0.15


@dataclass(frozen=True)
class ImageQuality:
    """snr: signal in the middle of the scan by its noise; ghosting: share of that signal that lies
    beside the head along one direction of the picture more than along the other. None where it
    cannot be told: a scan without noise, one too small, or a head that reaches the edge."""

    snr: float | None
    ghosting: float | None

    @property
    def is_noisy(self) -> bool:
        return self.snr is not None and self.snr < NOISY

    @property
    def has_ghosts(self) -> bool:
        return self.ghosting is not None and self.ghosting > GHOSTS


def image_quality(voxels: Voxels) -> ImageQuality:
    """What voxels, shape (columns, rows, slices), say of their own quality.

    SNR: median over noise in the middle third along each axis, where the head is; noise from
    second differences (`noise_sd`), so zero-filled scans look better than they are. Ghosting:
    |top + bottom - left - right| / (2 signal) of strips at the edges, as the ACR has it.
    """
    if min(voxels.shape) < FEWEST_VOXELS:
        return ImageQuality(None, None)
    inner = voxels[tuple(slice(size // 3, size - size // 3) for size in voxels.shape)]
    middle = np.asarray(inner, dtype=np.float64)
    signal, sd = float(np.median(middle)), noise_sd(middle)
    if signal <= 0:
        return ImageQuality(None, None)
    return ImageQuality(signal / sd if sd > 0 else None, _ghosting(voxels, signal))


def _ghosting(voxels: Voxels, signal: float) -> float | None:
    strips = [_edges(voxels, axis) for axis in (0, 1)]
    if max(max(pair) for pair in strips) > AIR * signal:
        return None
    across, down = (sum(pair) for pair in strips)
    return abs(across - down) / (2 * signal)


def _edges(voxels: Voxels, axis: int) -> tuple[float, float]:
    """Mean of the strips at both ends of one axis, along the middle third of the others."""
    wide = max(1, round(voxels.shape[axis] * EDGE))
    places = [slice(size // 3, size - size // 3) for size in voxels.shape]
    ends = []
    for strip in (slice(0, wide), slice(-wide, None)):
        places[axis] = strip
        ends.append(float(np.mean(voxels[tuple(places)])))
    return ends[0], ends[1]
