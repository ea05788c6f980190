"""A flight along a nerve: off to the side with the most fluid, whatever touches the nerve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaging.render.camera import STEP_MM, Camera, upright
from imaging.render.cistern import Cistern
from imaging.render.course import Floats, NerveCourse

FARTHEST_MM = 9.0
CLEAR_MM = 0.6
# The eye looks a little further along the nerve than it stands.
AHEAD_MM = 1.5
ANGLE_DEG = 62.0
DIRECTIONS = 48
SMOOTHED_MM = 1.5


@dataclass(frozen=True)
class Flight:
    """From where each place of a nerve is looked at, what is looked at, and what is up; (n, 3)."""

    arc_mm: Floats
    positions_mm: Floats
    targets_mm: Floats
    ups: Floats

    def halfway(self) -> Camera:
        """The view from the middle of the flight, the head up."""
        row = len(self.arc_mm) // 2
        position, target = self.positions_mm[row], self.targets_mm[row]
        view = (position - target) / np.linalg.norm(position - target)
        return Camera(position, target, upright(view), ANGLE_DEG)


def along(cistern: Cistern, course: NerveCourse) -> Flight:
    """From which place each part of the nerve is looked at: off to the side that has the most
    fluid all along it, as far as the fluid goes."""
    turns = np.linspace(0, 2 * np.pi, DIRECTIONS, endpoint=False)
    up, side = course.frames
    across = np.cos(turns)[:, None, None] * up + np.sin(turns)[:, None, None] * side
    free = np.stack([_free_mm(cistern, course, rows) for rows in across])
    best = int(np.argmax(np.minimum(free, FARTHEST_MM).mean(axis=1)))
    away, reach = across[best], free[best]
    step = float(course.arc_mm[1] - course.arc_mm[0])
    held = _smoothed(np.clip(reach - CLEAR_MM, course.radius_mm + 1.0, FARTHEST_MM), step)
    positions = course.points_mm + held[:, None] * away
    ahead = np.minimum(np.arange(len(positions)) + round(AHEAD_MM / step), len(positions) - 1)
    return Flight(course.arc_mm, positions, course.points_mm[ahead], course.tangents)


def _free_mm(cistern: Cistern, course: NerveCourse, directions: Floats) -> Floats:
    """How far from the nerve's wall each place's direction goes through fluid, shape (n,)."""
    steps = np.arange(0.0, FARTHEST_MM + CLEAR_MM, STEP_MM)
    start = course.radius_mm + 0.5
    reach = start[:, None] + steps
    places = course.points_mm[:, None] + reach[:, :, None] * directions[:, None]
    fluid = cistern.at(places.reshape(-1, 3)).reshape(reach.shape) > 0.5
    stop = np.where(fluid.all(axis=1), len(steps) - 1, np.argmin(fluid, axis=1))
    return np.asarray(reach[np.arange(len(reach)), stop])


def _smoothed(values: Floats, step_mm: float) -> Floats:
    count = max(round(SMOOTHED_MM / step_mm), 1) * 2 + 1
    padded = np.pad(values, count // 2, mode="edge")
    return np.convolve(padded, np.full(count, 1 / count), "valid")
