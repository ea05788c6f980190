"""Which of several strands side by side is the facial nerve: what lies before and behind it."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import map_coordinates, maximum_filter  # type: ignore[attr-defined]

from .suggest_ends import Candidate
from .suggest_plane import STEP_MM, Upright
from .suggest_strands import Fluid
from .volume import Array

REACH_MM: Final = 4.0
TICK_MM: Final = 0.5
FRONT_MM: Final = (1.5, 3.0)
BACK_MM: Final = (1.2, 3.6)
SLANT: Final = 0.499
AS_CLEAR: Final = 0.45
EMPTY: Final = 0.8


def neighbours_of(scan: Upright, fluid: Fluid, candidate: Candidate) -> tuple[float, float]:
    """How clear a strand beside this one is, before it and behind it, 1 where as clear as itself.

    Looked for in the mean of the planes across its outer two thirds: what runs along with it stays
    in one place there, a vessel that crosses does not.
    """
    mean = _mean_plane(scan, candidate)
    middle = mean.shape[0] // 2
    empty = float(np.nanquantile(mean, EMPTY if fluid.sign > 0 else 1 - EMPTY))
    step = (mean[middle, middle] - empty) * -fluid.sign
    like = (mean - empty) * -fluid.sign / max(float(np.nan_to_num(step)), 1e-9)
    like = np.nan_to_num(like, nan=0.0)
    ticks = TICK_MM * (np.arange(len(mean)) - middle)
    back, up = np.meshgrid(ticks, ticks, indexing="ij")
    away = np.hypot(back, up)
    before = (back < -SLANT * away) & (away >= FRONT_MM[0]) & (away <= FRONT_MM[1])
    behind = (like == maximum_filter(like, 3)) & (back > SLANT * away)
    behind &= (away >= BACK_MM[0]) & (away <= BACK_MM[1])
    return float(like[before].max()), float(like[behind].max(initial=0.0))


def _mean_plane(scan: Upright, candidate: Candidate) -> Array:
    """The mean over planes across the strand, (a, a): backwards, upwards, itself in the middle."""
    trace = candidate.trace
    along = np.gradient(trace, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    ticks = np.arange(-REACH_MM, REACH_MM + TICK_MM / 2, TICK_MM) / STEP_MM
    planes = []
    for place, direction in list(zip(trace, along, strict=True))[len(trace) // 3 :]:
        up = np.array([0.0, 0.0, 1.0]) - direction[2] * direction
        up /= np.linalg.norm(up)
        back = np.cross(up, direction)
        back *= np.sign(back[1])
        places = place + ticks[:, None, None] * back + ticks[None, :, None] * up
        planes.append(
            map_coordinates(
                scan.values, places.reshape(-1, 3).T, order=1, mode="constant", cval=np.nan
            )
        )
    return np.asarray(np.mean(planes, axis=0)).reshape(len(ticks), len(ticks))
