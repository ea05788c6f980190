"""Where the virtual endoscope stands: in the fluid, with a free view of the nerve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaging.render.cistern import Cistern
from imaging.render.course import Floats, NerveCourse

FARTHEST_MM = 14.0
PROFILE_MM = 14.0  # of free way that a view along the line from nerve to vessel is worth less
NEAREST_MM = 5.0
STEP_MM = 0.25
START_MM = 1.6
VESSEL_FROM_MM = 2.5
VESSEL_CLEAR_MM = 1.2


@dataclass(frozen=True)
class Camera:
    """Position, what it looks at, and the direction that is up, in patient coordinates."""

    position_mm: Floats
    target_mm: Floats
    up: Floats
    angle_deg: float = 62.0


def place_camera(cistern: Cistern, course: NerveCourse) -> Camera:
    """The view with the longest free way to the nerve, that shows the contact in profile.

    Directions more than 60 degrees off the nerve compete: much fluid before it counts for one,
    looking across the line from nerve to vessel too, so that a gap is seen as a gap.
    """
    focus = course.row_at(course.focus_mm())
    middle = course.row_at(float(course.arc_mm.mean()))
    target = 0.6 * course.points_mm[focus] + 0.4 * course.points_mm[middle]
    along = course.tangents[focus]
    best, best_score, best_way = np.array([0.0, -1.0, 0.0]), -np.inf, NEAREST_MM
    facing = _vessel_direction(course, focus)
    for direction in _directions(300):
        if abs(direction @ along) > 0.5:
            continue
        free = _free_mm(cistern, course, target, direction)
        score = (
            free - PROFILE_MM * abs(float(direction @ facing)) - 2.0 * abs(float(direction @ along))
        )
        if score > best_score:
            best, best_score, best_way = direction, score, free
    position = target + best * np.clip(best_way - 1.0, NEAREST_MM, FARTHEST_MM)
    return Camera(position, target, upright(best))


def _directions(count: int) -> Floats:
    """Directions spread evenly over the sphere (golden spiral), shape (count, 3)."""
    rank = np.arange(count) + 0.5
    height = 1 - 2 * rank / count
    turn = np.pi * (1 + np.sqrt(5)) * rank
    wide = np.sqrt(1 - height**2)
    return np.stack([wide * np.cos(turn), wide * np.sin(turn), height], axis=1)


def _free_mm(cistern: Cistern, course: NerveCourse, target: Floats, direction: Floats) -> float:
    """How far one can go from the target through fluid, and clear of the fitted vessels."""
    steps = np.arange(START_MM, FARTHEST_MM + 2, STEP_MM)
    places = target + steps[:, None] * direction
    fluid = cistern.at(places) > 0.5
    for strand in course.vessels:
        away = np.linalg.norm(places[:, None] - strand.points_mm[None], axis=2).min(axis=1)
        fluid &= (steps < VESSEL_FROM_MM) | (away > float(strand.radius_mm.max()) + VESSEL_CLEAR_MM)
    stop = int(np.argmin(fluid)) if not fluid.all() else len(fluid)
    return float(steps[stop - 1]) if stop else 0.0


def _vessel_direction(course: NerveCourse, row: int) -> Floats:
    """From the nerve towards the nearest vessel, perpendicular to the nerve; else upwards."""
    centre, along = course.points_mm[row], course.tangents[row]
    vessels = [strand for strand in course.vessels if strand.kind != "nerve"]
    if not vessels:
        return np.array([0.0, 0.0, 1.0])
    points = np.concatenate([strand.points_mm for strand in vessels])
    offset = points[int(np.argmin(np.linalg.norm(points - centre, axis=1)))] - centre
    offset = offset - (offset @ along) * along
    return np.asarray(offset / max(float(np.linalg.norm(offset)), 1e-9))


def upright(view: Floats) -> Floats:
    """The direction that is up for a view, as near to the head as may be."""
    wanted = np.array([0.0, 0.0, 1.0]) if abs(view[2]) < 0.85 else np.array([0.0, -1.0, 0.0])
    up = wanted - (wanted @ view) * view
    return np.asarray(up / np.linalg.norm(up))
