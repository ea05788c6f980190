"""Where a strand leaves the brainstem and where it enters the canal, from what surrounds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import (  # type: ignore[attr-defined]
    distance_transform_edt,
    map_coordinates,
    uniform_filter1d,
)

from .frame import Course, course_through, smoothed
from .suggest_plane import STEP_MM, Upright
from .suggest_strands import Fluid, Strand
from .volume import Array

DEVIATION_MM: Final = 0.3
TICK_MM: Final = 0.5
BEYOND_MM: Final = 4.0
WIDE_MM: Final = (3.0, 3.5, 4.0)
DIRECTIONS: Final = 24
FREE_MM: Final = 0.7
THICK_MM: Final = 1.5
MARGIN_MM: Final = 6.0
OPEN_STRETCH_MM: Final = 4.0
FREE: Final = 0.75
CISTERN: Final = 0.8
LEAST_DROP: Final = 0.35
CANAL_MM: Final = 2.5
CANAL_WET: Final = 0.5
CLOSE_MM: Final = (1.2, 1.5, 1.8)
LENGTH_MM: Final = (6.0, 26.0)
SOLID: Final = 0.8
BACKWARDS_MM: Final = (0.0, 1.5, 3.0, 4.5, 6.0)
BEFORE_MM: Final = (2.0, 25.0)
MOST_MISSED: Final = 0.35


@dataclass(frozen=True)
class Candidate:
    """A strand that runs from a solid brainstem through fluid into a canal.

    brainstem, canal: grid indices (3,) of its ends; trace: (n, 3), grid indices between them, about
    evenly spaced; clearness: mean over its course, places where it was missed counted as 0;
    drop: by how much the surroundings darken at the canal, as a share of fluid's value.
    """

    brainstem: Array
    canal: Array
    trace: Array
    clearness: float
    drop: float


def candidate_of(scan: Upright, fluid: Fluid, strand: Strand) -> Candidate | None:
    """The strand with its ends; None where it has no brainstem or no canal at its ends."""
    course = _course(strand)
    arc = np.arange(-BEYOND_MM, course.length_mm + BEYOND_MM, TICK_MM)
    wide = _ring(scan, course, arc, WIDE_MM)
    porus = _porus(arc, wide.mean(axis=1), fluid.holds(wide).mean(axis=1))
    if porus is None:
        return None
    last, drop = porus
    if not _goes_on(scan, fluid, course, last):
        return None
    first = _detachment(arc, _from_tissue_mm(scan, fluid, _at(course, arc)), last)
    if first is None or not last - first <= LENGTH_MM[1]:
        return None
    places = _at(course, np.linspace(first, last, 24))
    brainstem = places[0]
    if not _joins_brainstem(scan, fluid, brainstem):
        return None
    sides = np.abs(strand.places[:, 0] - scan.middle)
    reach = np.abs(places[[0, -1], 0] - scan.middle)
    inside = (sides >= reach[0]) & (sides <= reach[1])
    expected = max(float(np.ptp(reach)), 1.0)
    if inside.sum() < (1 - MOST_MISSED) * expected:
        return None
    clearness = float(strand.clearness[inside].sum()) / expected
    return Candidate(brainstem, places[-1], places, min(clearness, 1.0), drop)


def _course(strand: Strand) -> Course:
    """The strand's smooth centreline in mm of the grid's own frame."""
    points = strand.places * STEP_MM
    smooth = smoothed(points, DEVIATION_MM)
    return course_through(smooth, smooth[0], smooth[-1])


def _at(course: Course, arc_mm: Array) -> Array:
    """Grid indices, (n, 3), on the course or straight on beyond its ends."""
    within = np.clip(arc_mm, 0.0, course.length_mm)
    beyond = (arc_mm - within)[:, None] * course.frames_at(within)[0]
    return np.asarray((course.at(within) + beyond) / STEP_MM)


def _ring(scan: Upright, course: Course, arc_mm: Array, radii_mm: tuple[float, ...]) -> Array:
    """Values on rings about the course, (n, radii x DIRECTIONS)."""
    _, normals, binormals = course.frames_at(np.clip(arc_mm, 0.0, course.length_mm))
    turn = np.linspace(0, 2 * np.pi, DIRECTIONS, endpoint=False)
    out = np.cos(turn)[:, None] * normals[:, None] + np.sin(turn)[:, None] * binormals[:, None]
    away = np.concatenate([radius / STEP_MM * out for radius in radii_mm], axis=1)
    places = _at(course, arc_mm)[:, None] + away
    flat = map_coordinates(
        scan.values, places.reshape(-1, 3).T, order=1, mode="constant", cval=np.nan
    )
    return np.asarray(flat.reshape(len(arc_mm), -1))


def _goes_on(scan: Upright, fluid: Fluid, course: Course, porus_mm: float) -> bool:
    """Whether there is a canal beyond the porus: the strand itself goes on, or, where fluid and
    bone differ, fluid about it does. Other nerves end there."""
    if course.length_mm - porus_mm >= CANAL_MM:
        return True
    if fluid.sign < 0 or course.length_mm < porus_mm - CANAL_MM:
        return False
    arc = porus_mm + np.arange(0.5, CANAL_MM + 0.1, TICK_MM)
    return bool(fluid.holds(_ring(scan, course, arc, CLOSE_MM)).mean() > CANAL_WET)


def _detachment(arc: Array, away_mm: Array, before: float) -> float | None:
    """Where the strand comes free of the brainstem, going outwards; away_mm: (n,), its axis's
    distance from thick tissue. None where it does not begin there."""
    attached = np.flatnonzero((away_mm < FREE_MM) & (arc < before - LENGTH_MM[0]))
    if not len(attached) or attached[-1] + 1 >= len(arc):
        return None
    row = int(attached[-1])
    part = (FREE_MM - away_mm[row]) / max(away_mm[row + 1] - away_mm[row], 1e-9)
    return float(arc[row] + TICK_MM * np.clip(part, 0.0, 1.0))


def _from_tissue_mm(scan: Upright, fluid: Fluid, places: Array) -> Array:
    """Distance of grid places (n, 3) from the nearest solid that a ball of THICK_MM fits in."""
    reach = round(MARGIN_MM / STEP_MM)
    low = np.maximum(np.floor(places.min(axis=0)).astype(int) - reach, 0)
    high = np.ceil(places.max(axis=0)).astype(int) + reach + 1
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    solid = scan.seen[box] & ~fluid.holds(scan.values[box])
    core = distance_transform_edt(solid, STEP_MM) > THICK_MM
    if not core.any():
        return np.full(len(places), np.inf)
    away = distance_transform_edt(~core, STEP_MM) - THICK_MM
    return np.asarray(map_coordinates(away, (places - low).T, order=1, mode="nearest"))


def _porus(arc: Array, bright: Array, free: Array) -> tuple[float, float] | None:
    """Where the wide ring turns from fluid to bone, which is darker in every contrast, and the drop
    there as a share of fluid's value."""
    seen = ~np.isnan(bright)
    open_to = np.flatnonzero(seen & (free > FREE))
    if len(open_to) * TICK_MM < OPEN_STRETCH_MM:
        return None
    smooth = uniform_filter1d(np.where(seen, bright, np.nanmin(bright)), 3, mode="nearest")
    cistern = float(np.quantile(smooth[open_to], CISTERN))
    begin = int(open_to[np.argmax(smooth[open_to] >= cistern)])
    bone = float(smooth[begin:].min())
    drop = (cistern - bone) / max(abs(cistern), 1e-9)
    half = (cistern + bone) / 2
    above = np.flatnonzero(smooth[begin:] >= half) + begin
    row = int(above[-1])
    if drop < LEAST_DROP or row + 1 >= len(arc):
        return None
    part = (smooth[row] - half) / max(smooth[row] - smooth[row + 1], 1e-9)
    return float(arc[row] + TICK_MM * min(part, 1.0)), float(drop)


def _joins_brainstem(scan: Upright, fluid: Fluid, place: Array) -> bool:
    """Whether something solid reaches from here to the middle, with fluid before it."""
    side = 1 if place[0] > scan.middle else -1
    aside = np.arange(scan.middle, place[0] - side * 1.5 / STEP_MM, side)
    for back_mm in BACKWARDS_MM:
        row = np.stack(
            [
                aside,
                np.full(len(aside), place[1] + back_mm / STEP_MM),
                np.full(len(aside), place[2]),
            ]
        )
        if _solid(scan, fluid, row) > SOLID and _fluid_before(scan, fluid, row[:, 0]):
            return True
    return False


def _solid(scan: Upright, fluid: Fluid, places: Array) -> float:
    values = map_coordinates(scan.values, places, order=1, cval=np.nan)
    known = ~np.isnan(values)
    return float(np.mean(known & ~fluid.holds(values))) if len(values) else 0.0


def _fluid_before(scan: Upright, fluid: Fluid, middle: Array) -> bool:
    """Whether fluid lies before the brainstem in the middle, as the prepontine cistern does."""
    thick, far = (round(mm / STEP_MM) for mm in BEFORE_MM)
    rows = np.stack(
        [
            np.full(far, middle[0]),
            middle[1] - np.arange(far),
            np.full(far, middle[2]),
        ]
    )
    values = map_coordinates(scan.values, rows, order=1, cval=np.nan)
    wet = uniform_filter1d(fluid.holds(values).astype(float), thick)
    return bool((wet > 0.99).any())
