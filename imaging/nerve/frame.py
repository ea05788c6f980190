"""The nerve's course: a smooth curve with arc length and a frame that does not twist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.interpolate import CubicSpline, splev, splprep

from .compiled import compiled
from .volume import Array

STEP_MM: Final = 0.1
OVERHANG_MM: Final = 1.5


@dataclass(frozen=True)
class Course:
    """A curve sampled every STEP_MM, in patient coordinates (LPS, mm).

    arc_mm: shape (n,), arc length; 0 at the brainstem end, length_mm at the canal end; samples
        run OVERHANG_MM beyond both.
    points_mm, tangents, normals, binormals: shape (n, 3); the last three are orthonormal.
    """

    arc_mm: Array
    points_mm: Array
    tangents: Array
    normals: Array
    binormals: Array
    length_mm: float

    def at(self, arc_mm: Array) -> Array:
        """Points on the curve at these arc lengths, shape (m, 3), mm."""
        return np.stack(
            [np.interp(arc_mm, self.arc_mm, self.points_mm[:, axis]) for axis in range(3)], -1
        )

    def frames_at(self, arc_mm: Array) -> tuple[Array, Array, Array]:
        """Tangents, normals, binormals of the nearest samples, each of shape (m, 3)."""
        first = self.arc_mm[0]
        index = np.rint((np.asarray(arc_mm) - first) / (self.arc_mm[1] - first)).astype(int)
        index = np.clip(index, 0, len(self.arc_mm) - 1)
        return self.tangents[index], self.normals[index], self.binormals[index]


def smoothed(points_mm: Array, deviation_mm: float) -> Array:
    """A path's points drawn onto a cubic smoothing spline that stays about deviation_mm away."""
    steps = np.linalg.norm(np.diff(points_mm, axis=0), axis=1)
    kept = points_mm[np.concatenate([[True], steps > 1e-6])]
    if len(kept) < 4:
        line = np.linspace(0, 1, 8)[:, None]
        return np.asarray(kept[0] + line * (kept[-1] - kept[0]))
    spline, _ = splprep(kept.T, s=len(kept) * deviation_mm**2, k=3)
    count = max(8, int(np.linalg.norm(np.diff(kept, axis=0), axis=1).sum() / 0.25))
    return np.stack(splev(np.linspace(0, 1, count), spline), -1)


def course_through(points_mm: Array, begin_mm: Array, end_mm: Array) -> Course:
    """The curve through ordered points, cut where begin_mm and end_mm project onto it.

    points_mm: shape (n, 3), n >= 4, from brainstem to canal, already smooth.
    """
    ahead = _straight_on(points_mm[-1], points_mm[-1] - points_mm[-3])
    behind = _straight_on(points_mm[0], points_mm[0] - points_mm[2])[::-1]
    chain = np.concatenate([behind, points_mm, ahead])
    chord = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(chain, axis=0), axis=1))])
    spline = CubicSpline(chord, chain)
    dense = np.linspace(0, chord[-1], max(64, int(chord[-1] / 0.02)))
    curve = spline(dense)
    arc = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    begin = _arc_of(begin_mm, curve, arc)
    length = _arc_of(end_mm, curve, arc) - begin
    count = int(np.ceil((length + 2 * OVERHANG_MM) / STEP_MM)) + 1
    samples = np.linspace(-OVERHANG_MM, max(length, STEP_MM) + OVERHANG_MM, count)
    parameter = np.interp(samples + begin, arc, dense)
    tangents = spline(parameter, 1)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    points = np.ascontiguousarray(spline(parameter))
    normals = rotation_minimising(points, tangents)
    return Course(samples, points, tangents, normals, np.cross(tangents, normals), float(length))


def _straight_on(start: Array, direction: Array) -> Array:
    unit = direction / np.linalg.norm(direction)
    return np.asarray(start + unit * np.arange(0.5, 2 * OVERHANG_MM + 0.6, 0.5)[:, None])


def _arc_of(point_mm: Array, curve: Array, arc: Array) -> float:
    return float(arc[np.argmin(np.linalg.norm(curve - point_mm, axis=1))])


def rotation_minimising(points_mm: Array, tangents: Array) -> Array:
    """Normals that turn about the curve as little as possible, shape (n, 3).

    Double reflection: Wang, Jüttler, Zheng, Liu, ACM Trans. Graphics 27(1), 2008. The first
    normal is the axis least along the curve, made perpendicular to it.
    """
    least = np.zeros(3)
    least[np.argmin(np.abs(tangents[0]))] = 1.0
    first = least - tangents[0] * (least @ tangents[0])
    return _carry(points_mm, np.ascontiguousarray(tangents), first / np.linalg.norm(first))


@compiled
def _carry(points: Array, tangents: Array, first: Array) -> Array:
    normals = np.empty_like(points)
    normals[0] = first
    for i in range(len(points) - 1):
        step = points[i + 1] - points[i]
        squared = np.dot(step, step)
        mirrored = normals[i] - (2 / squared) * np.dot(step, normals[i]) * step
        along = tangents[i] - (2 / squared) * np.dot(step, tangents[i]) * step
        turn = tangents[i + 1] - along
        squared = np.dot(turn, turn)
        if squared > 1e-18:
            mirrored = mirrored - (2 / squared) * np.dot(turn, mirrored) * turn
        mirrored = mirrored - np.dot(mirrored, tangents[i + 1]) * tangents[i + 1]
        normals[i + 1] = mirrored / np.sqrt(np.dot(mirrored, mirrored))
    return normals
