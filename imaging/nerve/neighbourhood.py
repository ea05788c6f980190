"""The native voxels around a nerve, and where each lies along and across a course."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.told import told

from .compiled import compiled
from .errors import ModelMisfit
from .frame import OVERHANG_MM, Course
from .patch import box_around
from .volume import Array, Volume

STRIDE = 8
FEWEST = 60


@dataclass(frozen=True)
class Placed:
    """Points relative to a course: arc length, offsets along its normal and binormal (mm), and
    the nearest sample's number. All of shape (n,)."""

    arc_mm: Array
    u_mm: Array
    v_mm: Array
    sample: NDArray[np.int64]

    @property
    def distance_mm(self) -> Array:
        return np.hypot(self.u_mm, self.v_mm)

    def where(self, kept: NDArray[np.bool_]) -> Placed:
        """The kept points alone."""
        return Placed(self.arc_mm[kept], self.u_mm[kept], self.v_mm[kept], self.sample[kept])


@dataclass(frozen=True)
class Neighbourhood:
    """Voxels near a nerve. index: (n, 3) voxel indices; points_mm: (n, 3); values: (n,); placed:
    where they lie on the course that they were gathered around."""

    index: Array
    points_mm: Array
    values: Array
    placed: Placed

    def where(self, kept: NDArray[np.bool_]) -> Neighbourhood:
        """The kept voxels alone."""
        return Neighbourhood(
            self.index[kept], self.points_mm[kept], self.values[kept], self.placed.where(kept)
        )


def place(points_mm: Array, course: Course, reach_mm: float) -> Placed:
    """Project points (n, 3) onto a course, exactly to second order between its samples.

    Points farther than reach_mm from every sample get the nearest sample and are not refined.
    """
    arc, u, v, sample = _place(
        np.ascontiguousarray(points_mm),
        course.points_mm,
        course.tangents,
        course.normals,
        course.binormals,
        course.arc_mm,
        reach_mm,
    )
    return Placed(arc, u, v, sample)


@compiled
def _nearest(
    point: Array, curve: Array, coarse: Array, step: float, far: float
) -> tuple[int, float]:
    """The sample nearest to a point and its squared distance; coarse: room for (m,) values."""
    m = len(curve)
    best = 1e30
    nearest = 0
    for c in range(0, m, STRIDE):
        coarse[c] = _squared(point, curve[c])
        if coarse[c] < best:
            best = coarse[c]
            nearest = c
    # No sample between two coarse ones is nearer than their distance less half a stride.
    limit = (np.sqrt(best) + STRIDE * step / 2) ** 2
    for c in range(0, m, STRIDE):
        if best > far or coarse[c] > limit:
            continue
        for i in range(max(0, c - STRIDE // 2), min(m, c + STRIDE // 2 + 1)):
            squared = _squared(point, curve[i])
            if squared < best:
                best = squared
                nearest = i
    return nearest, best


@compiled
def _squared(a: Array, b: Array) -> float:
    x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
    return x * x + y * y + z * z


@compiled
def _place(
    points: Array,
    curve: Array,
    tangents: Array,
    normals: Array,
    binormals: Array,
    arcs: Array,
    reach: float,
) -> tuple[Array, Array, Array, NDArray[np.int64]]:
    n = len(points)
    m = len(curve)
    arc = np.empty(n)
    u = np.empty(n)
    v = np.empty(n)
    sample = np.empty(n, dtype=np.int64)
    step = arcs[1] - arcs[0]
    coarse = np.empty(m)
    far = (reach + STRIDE * step) ** 2
    for p in range(n):
        nearest, best = _nearest(points[p], curve, coarse, step, far)
        sample[p] = nearest
        here = 0.0
        for k in range(3):
            here += (points[p, k] - curve[nearest, k]) * tangents[nearest, k]
        other = nearest + 1 if here > 0 else nearest - 1
        share = 0.0
        if 0 <= other < m and best < reach * reach:
            there = 0.0
            for k in range(3):
                there += (points[p, k] - curve[other, k]) * tangents[other, k]
            if here != there:
                share = min(max(here / (here - there), 0.0), 1.0)
        else:
            other = nearest
        arc[p] = arcs[nearest] * (1 - share) + arcs[other] * share
        if other == nearest:
            arc[p] += here
        a = 0.0
        b = 0.0
        for k in range(3):
            away = points[p, k] - (curve[nearest, k] * (1 - share) + curve[other, k] * share)
            a += away * (normals[nearest, k] * (1 - share) + normals[other, k] * share)
            b += away * (binormals[nearest, k] * (1 - share) + binormals[other, k] * share)
        u[p] = a
        v[p] = b
    return arc, u, v, sample


def require_voxels(count: int) -> None:
    """Raises ModelMisfit where too few voxels are left to fit anything to."""
    if count < FEWEST:
        raise ModelMisfit(
            told(
                "Only %(count)s voxels around the nerve can be used: it lies at the border of the "
                "scan or other structures fill its surroundings; check the end points.",
                count=f"{count}",
            )
        )


def voxels_near(volume: Volume, course: Course, reach_mm: float) -> Neighbourhood:
    """Voxels within reach_mm of the course between its two ends. Raises ModelMisfit where there
    are hardly any."""
    first, last = box_around(volume, course.points_mm, reach_mm - OVERHANG_MM + 0.5)
    sides = [np.arange(a, b) for a, b in zip(first, last, strict=True)]
    index = np.stack(np.meshgrid(*sides, indexing="ij"), -1).reshape(-1, 3)
    points_mm = volume.to_patient(index)
    placed = place(points_mm, course, reach_mm)
    along = (placed.arc_mm >= 0) & (placed.arc_mm <= course.length_mm)
    kept = along & (placed.distance_mm <= reach_mm)
    require_voxels(int(np.sum(kept)))
    index = index[kept]
    values = volume.voxels[index[:, 0], index[:, 1], index[:, 2]].astype(float)
    return Neighbourhood(index, np.ascontiguousarray(points_mm[kept]), values, placed.where(kept))
