"""What pictures need to know of a measured nerve: its course, girth, contacts and vessels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial import KDTree

Floats = NDArray[np.float64]
SMOOTHING_MM = 0.4
WALL_STEP_MM = 0.05
SUPERIOR = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Strand:
    """A vessel or a neighbouring nerve. points_mm: (n, 3) LPS; radius_mm: (n,);
    kind: artery, vein, nerve or unknown."""

    points_mm: Floats
    radius_mm: Floats
    kind: str

    def distance_mm(self, points_mm: Floats) -> Floats:
        """Distance of points (..., 3) to the strand's wall, negative inside; shape (...)."""
        steps = np.linalg.norm(np.diff(self.points_mm, axis=0), axis=1)
        arc = np.concatenate([[0.0], np.cumsum(steps)])
        dense = np.linspace(0, arc[-1], max(int(arc[-1] / WALL_STEP_MM), 2))
        centres = np.stack([np.interp(dense, arc, axis) for axis in self.points_mm.T], axis=-1)
        away, row = KDTree(centres).query(points_mm)
        return np.asarray(away - np.interp(dense, arc, self.radius_mm)[row])


@dataclass(frozen=True)
class NerveCourse:
    """One nerve from its brainstem end to its canal end.

    points_mm, tangents, curvature_per_mm: shape (n, 3), LPS; the last is the second derivative by
    arc length. arc_mm, area_mm2, area_sd_mm2: shape (n,). contacts: as in nerve-measurement/1.
    """

    points_mm: Floats
    tangents: Floats
    curvature_per_mm: Floats
    arc_mm: Floats
    area_mm2: Floats
    area_sd_mm2: Floats
    contacts: Sequence[Mapping[str, Any]] = ()
    vessels: Sequence[Strand] = ()

    @classmethod
    def from_json(
        cls,
        nerve: Mapping[str, Any],
        vessels: Sequence[Strand] = (),
        step_mm: float = 0.1,
    ) -> NerveCourse:
        """From one measured nerve of a nerve-measurement/1 document.

        Vessels come from the document's own key `vessels`, if it has one, and from the argument.
        Raises ValueError for a refused nerve or fewer than four sections.
        """
        rows = nerve.get("profile") or []
        if nerve.get("status") != "measured" or len(rows) < 4:
            raise ValueError("There is no measured nerve to draw.")
        arc = np.array([row["arc_mm"] for row in rows], dtype=float)
        centres = np.array([row["centre_mm"] for row in rows], dtype=float)
        even = np.arange(arc[0], arc[-1] + step_mm / 2, step_mm)
        points, slopes, bends = _smooth(arc, centres, even)
        return cls(
            points_mm=points,
            tangents=slopes / np.linalg.norm(slopes, axis=1, keepdims=True),
            curvature_per_mm=bends,
            arc_mm=even,
            area_mm2=np.interp(even, arc, [float(row["area_mm2"]) for row in rows]),
            area_sd_mm2=np.interp(even, arc, [float(row["area_sd_mm2"] or 0.0) for row in rows]),
            contacts=tuple(nerve.get("contacts") or ()),
            vessels=(*_strands(nerve), *vessels),
        )

    @property
    def side(self) -> str:
        """Left or right of the patient, from where it lies (LPS: +x is left)."""
        return "left" if self.points_mm[:, 0].mean() > 0 else "right"

    @property
    def radius_mm(self) -> Floats:
        """Radius of the circle of equal area."""
        return np.sqrt(np.maximum(self.area_mm2, 0.0) / np.pi)

    @cached_property
    def frames(self) -> tuple[Floats, Floats]:
        """Two unit normals a sample, (n, 3) each, the first towards superior at the brainstem.

        Rotation-minimising by double reflection (Wang, Jüttler, Zheng, Liu 2008).
        """
        tangents, points = self.tangents, self.points_mm
        first = np.empty_like(points)
        first[0] = _unit(SUPERIOR - (SUPERIOR @ tangents[0]) * tangents[0])
        for row in range(len(points) - 1):
            chord = points[row + 1] - points[row]
            up = _reflected(first[row], chord)
            along = _reflected(tangents[row], chord)
            up = _reflected(up, tangents[row + 1] - along)
            first[row + 1] = _unit(up - (up @ tangents[row + 1]) * tangents[row + 1])
        return first, np.cross(tangents, first)

    def extended(self, before_mm: float, after_mm: float) -> NerveCourse:
        """The course carried on straight beyond both ends, for pictures that show a little more."""
        step = float(self.arc_mm[1] - self.arc_mm[0])
        more = (round(before_mm / step), round(after_mm / step))
        out = step * np.arange(1, max(more) + 1)[:, None]
        before = (self.points_mm[0] - out[: more[0]] * self.tangents[0])[::-1]
        after = self.points_mm[-1] + out[: more[1]] * self.tangents[-1]
        return NerveCourse(
            points_mm=np.concatenate([before, self.points_mm, after]),
            tangents=_padded(self.tangents, more),
            curvature_per_mm=np.pad(self.curvature_per_mm, (more, (0, 0))),
            arc_mm=self.arc_mm[0] + step * np.arange(-more[0], len(self.arc_mm) + more[1]),
            area_mm2=_padded(self.area_mm2, more),
            area_sd_mm2=_padded(self.area_sd_mm2, more),
            contacts=self.contacts,
            vessels=self.vessels,
        )

    def at(self, arc_mm: float) -> Floats:
        """The centre at an arc length, shape (3,)."""
        return np.array([np.interp(arc_mm, self.arc_mm, column) for column in self.points_mm.T])

    def row_at(self, arc_mm: float) -> int:
        return int(np.argmin(np.abs(self.arc_mm - arc_mm)))

    def focus_mm(self) -> float:
        """Where to look first: the closest contact, else the smallest section off the ends."""
        if self.contacts:
            return float(min(self.contacts, key=lambda contact: contact["gap_mm"])["arc_mm"])
        edge = len(self.arc_mm) // 6
        return float(self.arc_mm[edge + int(np.argmin(self.area_mm2[edge:-edge]))])


def _smooth(arc: Floats, centres: Floats, even: Floats) -> tuple[Floats, Floats, Floats]:
    """Points and first and second derivatives at `even` arc lengths, shape (n, 3) each.

    The points are met; their slopes are smoothed over SMOOTHING_MM, because a fitted centre's
    jitter of some hundredths of a millimetre would show as bends that no nerve has.
    """
    spline = CubicSpline(arc, centres)
    step = float(even[1] - even[0])
    reach = round(3 * SMOOTHING_MM / step)
    place = step * np.arange(-reach, reach + 1)
    weight = np.exp(-0.5 * (place / SMOOTHING_MM) ** 2)
    reach = min(reach, len(even) - 1)
    weight = weight[len(weight) // 2 - reach : len(weight) // 2 + reach + 1]
    padded = np.pad(spline(even, 1), ((reach, reach), (0, 0)), "reflect", reflect_type="odd")
    slopes = np.stack(
        [np.convolve(axis, weight / weight.sum(), "valid") for axis in padded.T], axis=-1
    )
    return spline(even), slopes, np.gradient(slopes, step, axis=0)


def _strands(nerve: Mapping[str, Any]) -> list[Strand]:
    return [
        Strand(
            points_mm=np.array(row["points_mm"], dtype=float),
            radius_mm=np.array(row["radius_mm"], dtype=float),
            kind=str(row["kind"]),
        )
        for row in nerve.get("vessels") or []
        if len(row["points_mm"]) > 1
    ]


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector))


def _reflected(vector: Floats, mirror: Floats) -> Floats:
    square = float(mirror @ mirror)
    if square < 1e-20:
        return vector
    return np.asarray(vector - 2 * (mirror @ vector) / square * mirror)


def _padded(values: Floats, more: tuple[int, int]) -> Floats:
    wide = [more] + [(0, 0)] * (values.ndim - 1)
    return np.pad(values, wide, mode="edge")
