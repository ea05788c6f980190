"""Paint a scene's bodies into voxels: the mean of the true shapes over each voxel's box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.nerve.phantom_courses import Floats
from imaging.nerve.phantom_shapes import Body, Tube

PITCH_MM = 0.08
SLAB_VOXELS = 400_000
Image = NDArray[np.float32]


@dataclass(frozen=True)
class Grid:
    """Voxel centres: `affine` maps (i, j, k, 1) to LPS mm; no shear."""

    size: tuple[int, int, int]
    affine: Floats

    @property
    def spacing_mm(self) -> Floats:
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    def corners_mm(self) -> tuple[Floats, Floats]:
        last = np.array(self.size) - 1
        ends = np.array(np.meshgrid(*([0, n] for n in last), indexing="ij")).reshape(3, -1).T
        points = ends @ self.affine[:3, :3].T + self.affine[:3, 3]
        return points.min(axis=0), points.max(axis=0)

    def points_mm(self, span: tuple[int, int]) -> Floats:
        """Voxel centres of slices span[0] to span[1], shape (i, j, slices, 3)."""
        ranges = ((0, self.size[0]), (0, self.size[1]), span)
        axes = [np.arange(first, stop, dtype=float) for first, stop in ranges]
        matrix = self.affine[:3, :3]
        return np.asarray(
            axes[0][:, None, None, None] * matrix[:, 0]
            + axes[1][None, :, None, None] * matrix[:, 1]
            + axes[2][None, None, :, None] * matrix[:, 2]
            + self.affine[:3, 3]
        )


@dataclass(frozen=True)
class _Near:
    """A body's signed distances on the part of a slab that it can touch."""

    body: Body
    box: tuple[slice, slice, slice]
    distance_mm: Floats


def paint(
    bodies: Sequence[Body],
    intensities: Mapping[str, float],
    grid: Grid,
    *,
    background: str = "fluid",
    pitch_mm: float = PITCH_MM,
) -> Image:
    """The scene's noise-free image, shape grid.size; later bodies cover earlier ones.

    Voxels at the surface of a fine body hold the mean over points `pitch_mm` apart, each of them
    ramped over its own width; other surfaces are one linear ramp a voxel wide. Memory is bounded
    by working in slabs of slices.
    """
    image = np.empty(grid.size, dtype=np.float32)
    for first, last in _slabs(grid.size):
        image[:, :, first:last] = _paint_slab(
            bodies, intensities, grid, (first, last), intensities[background], pitch_mm
        )
    return image


def _slabs(size: tuple[int, int, int]) -> Iterator[tuple[int, int]]:
    thick = max(1, SLAB_VOXELS // (size[0] * size[1]))
    for first in range(0, size[2], thick):
        yield first, min(first + thick, size[2])


def _paint_slab(
    bodies: Sequence[Body],
    intensities: Mapping[str, float],
    grid: Grid,
    span: tuple[int, int],
    background: float,
    pitch_mm: float,
) -> Image:
    shape = (*grid.size[:2], span[1] - span[0])
    reach = float(np.linalg.norm(grid.spacing_mm)) / 2 + 0.01
    seen = bodies[_last_cover(bodies, grid, span, reach) :]
    points = grid.points_mm(span)
    looks = (_look(body, grid, span, points, reach) for body in seen)
    near = [found for found in looks if found is not None]
    image = np.full(shape, background, dtype=np.float64)
    active = np.zeros(shape, dtype=bool)
    for found in near:
        alpha = _ramp(found.distance_mm, float(grid.spacing_mm.mean()))
        value = intensities[found.body.material]
        image[found.box] += alpha * (value - image[found.box])
        if found.body.fine:
            active[found.box] |= np.abs(found.distance_mm) < reach
    if active.any():
        image[active] = _supersample(near, intensities, grid, span, active, background, pitch_mm)
    return image.astype(np.float32)


def _last_cover(bodies: Sequence[Body], grid: Grid, span: tuple[int, int], reach: float) -> int:
    """The last convex body that holds the whole slab, and so hides what was painted before."""
    ends = [[0, grid.size[0] - 1], [0, grid.size[1] - 1], [span[0], span[1] - 1]]
    index = np.array(np.meshgrid(*ends, indexing="ij")).reshape(3, -1).T
    corners = index @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    for row in range(len(bodies) - 1, -1, -1):
        body = bodies[row]
        if not isinstance(body, Tube) and np.all(body.distance_mm(corners, reach) < -reach):
            return row
    return 0


def _look(
    body: Body, grid: Grid, span: tuple[int, int], points: Floats, reach: float
) -> _Near | None:
    low, high = body.bounds_mm()
    box_low, box_high = grid.corners_mm()
    low = np.maximum(low - reach, box_low - reach)
    high = np.minimum(high + reach, box_high + reach)
    if np.any(low > high):
        return None
    corners = np.array(np.meshgrid(*zip(low, high, strict=True), indexing="ij")).reshape(3, -1).T
    inverse = np.linalg.inv(grid.affine)
    index = corners @ inverse[:3, :3].T + inverse[:3, 3]
    limit_low = np.array([0, 0, span[0]])
    limit_high = np.array([grid.size[0], grid.size[1], span[1]])
    first = np.maximum(np.floor(index.min(axis=0)).astype(int), limit_low)
    stop = np.minimum(np.ceil(index.max(axis=0)).astype(int) + 1, limit_high)
    if np.any(first >= stop):
        return None
    local = zip(first - [0, 0, span[0]], stop - [0, 0, span[0]], strict=True)
    parts = [slice(int(a), int(b)) for a, b in local]
    box = (parts[0], parts[1], parts[2])
    return _Near(body, box, body.distance_mm(points[box], reach))


def _supersample(
    near: Sequence[_Near],
    intensities: Mapping[str, float],
    grid: Grid,
    span: tuple[int, int],
    active: NDArray[np.bool_],
    background: float,
    pitch_mm: float,
) -> Floats:
    index = np.argwhere(active) + np.array([0, 0, span[0]])
    centres = index @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    offsets, width = _offsets(grid, pitch_mm)
    values = np.full((len(centres), len(offsets)), background)
    half = float(np.linalg.norm(grid.spacing_mm)) / 2
    for found in near:
        away = np.full(active.shape, np.inf)
        away[found.box] = found.distance_mm
        value, away_mm = intensities[found.body.material], away[active]
        values[away_mm < -(half + width)] = value
        rows = np.flatnonzero(np.abs(away_mm) <= half + width)
        points = centres[rows, None, :] + offsets
        distance = _distance(found.body, points, centres[rows], half, width)
        values[rows] += _ramp(distance, width) * (value - values[rows])
    return np.asarray(values.mean(axis=1))


def _distance(body: Body, points: Floats, centres: Floats, reach: float, width: float) -> Floats:
    if isinstance(body, Tube):
        return body.refined_mm(points, centres, width)
    return body.distance_mm(points, reach)


def _offsets(grid: Grid, pitch_mm: float) -> tuple[Floats, float]:
    """Points spread evenly in one voxel, shape (m, 3) mm, and the width that each stands for."""
    counts = np.maximum(np.rint(grid.spacing_mm / pitch_mm).astype(int), 1)
    parts = [(np.arange(n) + 0.5) / n - 0.5 for n in counts]
    spread = np.array(np.meshgrid(*parts, indexing="ij")).reshape(3, -1).T
    return spread @ grid.affine[:3, :3].T, float((grid.spacing_mm / counts).mean())


def _ramp(distance_mm: Floats, width_mm: float) -> Floats:
    return np.clip(0.5 - distance_mm / width_mm, 0.0, 1.0)
