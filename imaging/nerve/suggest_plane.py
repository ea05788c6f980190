"""The head's plane of symmetry, and the scan resampled upright in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import (  # type: ignore[attr-defined]
    affine_transform,
    gaussian_filter,
    map_coordinates,
)
from scipy.optimize import minimize

from .patch import Mask
from .volume import Array, Volume

COARSE_MM: Final = 2.0
STARTS_MM: Final = tuple(np.arange(-16.0, 17.0, 4.0))
TURNS: Final = (-0.2, 0.0, 0.2)
MOST_POINTS: Final = 12_000
FEWEST_POINTS: Final = 1_500
ASIDE_MM: Final = 45.0
BRIGHTEST: Final = 0.99
LEAST_COVER: Final = 0.5
HALF_MM: Final = 38.0
STEP_MM: Final = 0.5


@dataclass(frozen=True)
class Plane:
    """The mid-sagittal plane: a point on it and its unit normal, towards the patient's left;
    likeness: correlation of the two halves, 1 for a perfect mirror image."""

    point_mm: Array
    normal: Array
    likeness: float

    @property
    def axes(self) -> Array:
        """Unit vectors left, back, up of the head as columns, (3, 3)."""
        up = np.array([0.0, 0.0, 1.0]) - self.normal[2] * self.normal
        up /= np.linalg.norm(up)
        return np.stack([self.normal, np.cross(up, self.normal), up], 1)


@dataclass(frozen=True)
class Upright:
    """The scan on an isotropic grid of STEP_MM, first axis across the plane of symmetry.

    values: (a, b, c), index (0, 0, 0) at origin_mm, the middle plane at a // 2; seen: whether the
    scan covers a place.
    """

    values: Array
    seen: Mask
    origin_mm: Array
    axes: Array

    @property
    def middle(self) -> int:
        return int(self.values.shape[0] // 2)

    def to_patient(self, indices: Array) -> Array:
        """Fractional grid indices (..., 3) as patient points, mm."""
        return np.asarray(indices) * STEP_MM @ self.axes.T + self.origin_mm


def plane_of(volume: Volume) -> Plane:
    """The plane that mirrors the scan best, looked for near the scan's middle and x axis."""
    corner, size = _box(volume, np.eye(3), COARSE_MM)
    coarse = _resampled(volume, corner, np.eye(3), COARSE_MM, size)
    seen = np.isfinite(coarse)
    if seen.sum() < FEWEST_POINTS:
        return Plane(corner, np.array([1.0, 0.0, 0.0]), 0.0)
    values = np.minimum(np.where(seen, coarse, 0.0), np.quantile(coarse[seen], BRIGHTEST))
    index = np.argwhere(seen)
    index = index[:: max(1, len(index) // MOST_POINTS)]
    centre = index.mean(axis=0)
    here = values[tuple(index.T)]
    known = seen.astype(float)

    def unlikeness(place: Array) -> float:
        normal = _normal(place)
        away = (index - centre) @ normal - place[0] / COARSE_MM
        there = (index - 2 * away[:, None] * normal).T
        both = map_coordinates(known, there, order=0) > 0.5
        both &= np.abs(away) < ASIDE_MM / COARSE_MM
        if both.sum() < FEWEST_POINTS // 3:
            return 1.0
        mirrored = map_coordinates(values, there[:, both], order=1)
        likeness = _correlation(here[both], mirrored)
        return -likeness * min(1.0, float(both.mean()) / LEAST_COVER) ** 0.25

    places = [(x, yaw, roll) for yaw in TURNS for roll in TURNS for x in STARTS_MM]
    first = np.array(min(places, key=lambda place: unlikeness(np.array(place))))
    simplex = first + np.array([[0, 0, 0], [2, 0, 0], [0, 0.08, 0], [0, 0, 0.08]])
    found = minimize(
        unlikeness,
        first,
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 5e-3, "fatol": 1e-5, "maxiter": 150},
    )
    normal = _normal(found.x)
    middle = corner + centre * COARSE_MM + found.x[0] * normal
    return Plane(middle, normal, float(max(-found.fun, 0.0)))


def _correlation(first: Array, second: Array) -> float:
    if np.ptp(first) <= 0 or np.ptp(second) <= 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _normal(place: Array) -> Array:
    """Of a plane turned by place[1] about z and place[2] about y, radians."""
    _, yaw, roll = place
    return np.array([np.cos(yaw) * np.cos(roll), np.sin(yaw) * np.cos(roll), np.sin(roll)])


def upright(volume: Volume, plane: Plane) -> Upright:
    """The scan within HALF_MM of the plane."""
    axes = plane.axes
    corner, size = _box(volume, axes, STEP_MM)
    half = round(HALF_MM / STEP_MM)
    low = (corner @ axes).copy()
    low[0] = plane.point_mm @ axes[:, 0] - half * STEP_MM
    shape = (2 * half + 1, size[1], size[2])
    values = _resampled(volume, axes @ low, axes, STEP_MM, shape)
    seen = np.isfinite(values)
    return Upright(values, seen, axes @ low, axes)


def _box(volume: Volume, axes: Array, step_mm: float) -> tuple[Array, tuple[int, int, int]]:
    """First corner, mm, and size of the grid along these axes that holds the volume."""
    last = np.array(volume.size) - 1
    ends = np.array(np.meshgrid(*([0, n] for n in last), indexing="ij")).reshape(3, -1).T
    points = volume.to_patient(ends) @ axes
    count = np.maximum(np.ceil(np.ptp(points, axis=0) / step_mm - 1e-9).astype(int) + 1, 2)
    return axes @ points.min(axis=0), (int(count[0]), int(count[1]), int(count[2]))


def _resampled(
    volume: Volume, corner_mm: Array, axes: Array, step_mm: float, size: tuple[int, int, int]
) -> Array:
    """Values at the grid's points, linear after a low pass where the grid is coarser than the scan;
    not a number outside the scan."""
    blur = 0.4 * np.sqrt(np.maximum((step_mm / volume.spacing_mm) ** 2 - 1.0, 0.0))
    voxels = np.asarray(volume.voxels, dtype=np.float32)
    if blur.max() > 0.1:
        voxels = gaussian_filter(voxels, blur, truncate=3)
    inverse = np.linalg.inv(volume.affine)
    first = inverse[:3, :3] @ corner_mm + inverse[:3, 3]
    return np.asarray(
        affine_transform(
            voxels,
            inverse[:3, :3] @ axes * step_mm,
            offset=first,
            output_shape=size,
            order=1,
            cval=np.nan,
        )
    )
