"""A strand told from a sheet: an edge-on membrane or a dark band has a course and a width too, but
goes on at both sides of it."""

from __future__ import annotations

from typing import Final

import numpy as np

from imaging.told import told

from .errors import ModelMisfit
from .fit import Fit
from .neighbourhood import Neighbourhood, voxels_near
from .patch import Mask
from .scan import Scan
from .start import smoothed_at
from .volume import Array

REACH_MM: Final = 3.2
CORE_MM: Final = 0.4
RING_MM: Final = (0.3, 1.3)
DIRECTIONS: Final = 8
BIN_MM: Final = 1.0
GOES_ON: Final = 0.45


def require_strand(scan: Scan, fit: Fit, number: int) -> None:
    """Raises ModelMisfit where what was fitted goes on sideways, at both sides at once."""
    share = going_on(scan, fit, number)
    if share > GOES_ON:
        raise ModelMisfit(
            told(
                "What was followed goes on at both sides of its course (%(share)s %% of it): it "
                "is a sheet or a dark band, no nerve; check the end points.",
                share=f"{100 * share:.0f}",
            )
        )


def going_on(scan: Scan, fit: Fit, number: int) -> float:
    """How nerve-like the scan is beside the nerve, along that direction across it in which it is
    most so at both sides at once: 0 in fluid, 1 as on the nerve's own axis.

    At each millimetre the lesser of both sides, over all of them the median: a nerve or a vessel
    that runs or crosses beside it fills one side, or both in one place.
    """
    side = fit.sides[number]
    nerve = side.strands[0]
    near = voxels_near(scan.volume, nerve.course, REACH_MM)
    level = float(np.mean(side.background[: side.ground.count]))
    step = float(fit.contrasts[number]) * (level if scan.multiplicative else 1.0)
    like = (smoothed_at(scan.volume, near) - level) / step
    shape = nerve.shape(near.placed.arc_mm)
    u, v = near.placed.u_mm - shape.u_mm, near.placed.v_mm - shape.v_mm
    away = np.hypot(u, v)
    ring = (away - shape.radius_mm > RING_MM[0]) & (away - shape.radius_mm < RING_MM[1])
    core = like[away < max(CORE_MM, float(np.quantile(away, 0.02)))]
    own = max(float(np.median(core)), 1e-6)
    places = _places(near, nerve.course.length_mm)
    angle = np.arctan2(v, u)
    return (
        max(
            _both_sides(like, ring, angle - turn, places)
            for turn in np.arange(DIRECTIONS) * np.pi / DIRECTIONS
        )
        / own
    )


def _places(near: Neighbourhood, length_mm: float) -> Array:
    """Which millimetre of the nerve each voxel lies at, (n,)."""
    count = max(4, round(length_mm / BIN_MM))
    return np.clip((near.placed.arc_mm / length_mm * count).astype(int), 0, count - 1)


def _both_sides(like: Array, ring: Mask, angle: Array, places: Array) -> float:
    """The lesser of both sides' means about one direction, place by place; their median."""
    narrow = np.cos(np.pi / DIRECTIONS)
    count = int(places.max()) + 1
    means = []
    for within in (np.cos(angle) > narrow, np.cos(angle) < -narrow):
        kept = ring & within
        total = np.bincount(places[kept], weights=like[kept], minlength=count)
        means.append(total / np.maximum(np.bincount(places[kept], minlength=count), 1))
    return float(np.median(np.minimum(*means)))
