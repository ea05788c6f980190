"""How much of each voxel a measured nerve fills: a tube of its areas along its centreline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from scipy.spatial import KDTree

Floats = NDArray[np.float64]
ALONG_MM = 0.02
FINER = 5


def in_order(images: Sequence[Dataset]) -> list[Dataset]:
    """Single-frame images of one stack, along its normal."""
    row, column = _directions(images[0])
    normal = np.cross(row, column)
    return sorted(images, key=lambda image: float(np.dot(image.ImagePositionPatient, normal)))


def occupancy(images: Sequence[Dataset], nerve: dict[str, Any]) -> NDArray[np.float32]:
    """Shares of 0 to 1, shape (slices, rows, columns), for images in order. Each voxel is looked at
    in 5 x 5 x 5 places. The sum times the voxel's volume is the measured volume, but for the tube's
    being round and its ends cut square."""
    centres, radii = _tube(nerve)
    tree = KDTree(centres)
    origin, steps = _grid(images)
    shape = (len(images), int(images[0].Rows), int(images[0].Columns))
    low, high = _box(centres, float(radii.max()), origin, steps, shape)
    filled = np.zeros(shape, np.float32)
    if (high <= low).any():
        return filled
    axes = [np.arange(a, b) for a, b in zip(low, high, strict=True)]
    voxels = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3).astype(float)
    places = (np.arange(FINER) + 0.5) / FINER - 0.5
    inner = np.stack(np.meshgrid(places, places, places, indexing="ij"), axis=-1).reshape(-1, 3)
    points = origin + (voxels[:, None, :] + inner[None, :, :]) @ steps
    inside = _inside(points.reshape(-1, 3), tree, centres, radii)
    share = inside.reshape(len(voxels), -1).mean(axis=1)
    index = tuple(voxels.astype(int).T)
    filled[index] = share
    return filled


def _inside(points: Floats, tree: KDTree, centres: Floats, radii: Floats) -> NDArray[np.bool_]:
    # Most places of the box lie far off, where the tree need not look for the nearest centre; it
    # tells of them an endless distance, and a centre after the last.
    reach = np.nextafter(radii.max(), np.inf)
    distance, nearest = tree.query(points, distance_upper_bound=reach)
    inside: NDArray[np.bool_] = distance <= np.append(radii, 0.0)[nearest]
    for end, neighbour in ((0, 1), (-1, -2)):
        outwards = centres[end] - centres[neighbour]
        inside &= (points - centres[end]) @ outwards <= 0
    return inside


def _tube(nerve: dict[str, Any]) -> tuple[Floats, Floats]:
    arcs = np.array([section["arc_mm"] for section in nerve["profile"]])
    middles = np.array([section["centre_mm"] for section in nerve["profile"]])
    areas = np.array([section["area_mm2"] for section in nerve["profile"]])
    dense = np.arange(arcs[0], arcs[-1] + ALONG_MM / 2, ALONG_MM)
    centres = np.stack([np.interp(dense, arcs, middles[:, axis]) for axis in range(3)], axis=-1)
    return centres, np.sqrt(np.interp(dense, arcs, areas) / np.pi)


def _grid(images: Sequence[Dataset]) -> tuple[Floats, Floats]:
    """Centre of the first voxel, and the steps to the next slice, row and column, as rows."""
    row, column = _directions(images[0])
    down, across = (float(step) for step in images[0].PixelSpacing)
    first = np.array(images[0].ImagePositionPatient, dtype=float)
    last = np.array(images[-1].ImagePositionPatient, dtype=float)
    through = (last - first) / max(len(images) - 1, 1)
    return first, np.stack([through, column * down, row * across])


def _directions(image: Dataset) -> tuple[Floats, Floats]:
    both = np.array(image.ImageOrientationPatient, dtype=float)
    return both[:3], both[3:]


def _box(
    centres: Floats, radius: float, origin: Floats, steps: Floats, shape: tuple[int, int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    index = (centres - origin) @ np.linalg.inv(steps)
    margin = radius / np.linalg.norm(steps, axis=1) + 1
    low = np.floor(index.min(axis=0) - margin).astype(np.int64)
    high = np.ceil(index.max(axis=0) + margin).astype(np.int64) + 1
    return np.maximum(low, 0), np.minimum(high, shape)
