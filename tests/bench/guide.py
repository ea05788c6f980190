"""What a peer is told beforehand: more than any user could tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from imaging.nerve.phantom_contrast import intensities
from imaging.nerve.phantom_settings import Settings
from imaging.nerve.volume import Volume

Floats = NDArray[np.float64]
REACH_MM = 1.5
BEYOND_MM = 1.0
DENSE = 10


@dataclass(frozen=True)
class Guide:
    """The true course and the true intensities of one nerve.

    points_mm, normals: (n, 3), LPS; arc_mm: (n,). A peer needs no path, no frame and no contrast
    of its own, and measures between the true ends.
    """

    points_mm: Floats
    normals: Floats
    arc_mm: Floats
    length_mm: float
    nerve_level: float
    fluid_level: float

    @classmethod
    def from_truth(cls, nerve: dict[str, Any], settings: Settings) -> Guide:
        levels = intensities(settings)
        rows = nerve["profile"]
        return cls(
            points_mm=np.array([row["centre_mm"] for row in rows]),
            normals=np.array([row["normal"] for row in rows]),
            arc_mm=np.array([row["arc_mm"] for row in rows]),
            length_mm=float(nerve["length_mm"]),
            nerve_level=levels["nerve"],
            fluid_level=levels["fluid"],
        )

    def level(self, share: float) -> float:
        """The intensity at this share of the way from nerve to fluid."""
        return self.nerve_level + share * (self.fluid_level - self.nerve_level)


@dataclass(frozen=True)
class Region:
    """The box of voxels about a nerve. first: (3,), its first voxel; values: (i, j, k);
    arc_mm: of the nearest place of the course, (i, j, k); near: within REACH_MM of the course and
    between its ends."""

    first: NDArray[np.int64]
    values: Floats
    arc_mm: Floats
    near: NDArray[np.bool_]


def region_about(volume: Volume, guide: Guide) -> Region:
    """Cut a nerve's surroundings out, each voxel with its place along the nerve."""
    arc, dense = along(guide)
    index = volume.to_index(dense)
    reach = np.ceil(REACH_MM / volume.spacing_mm).astype(int) + 1
    size = np.array(volume.size)
    first = np.clip(np.floor(index.min(axis=0)).astype(int) - reach, 0, size)
    last = np.clip(np.ceil(index.max(axis=0)).astype(int) + reach + 1, 0, size)
    box = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    values = np.asarray(volume.voxels[box], dtype=float)
    grid = np.moveaxis(np.indices(values.shape), 0, -1) + first
    away, row = KDTree(dense).query(volume.to_patient(grid))
    place = arc[row]
    inside = (place >= 0) & (place <= guide.length_mm)
    return Region(first, values, place, (away <= REACH_MM) & inside)


def along(guide: Guide) -> tuple[Floats, Floats]:
    """Dense arc lengths (n,) and points (n, 3) of the true course, a little beyond both ends."""
    arc = np.arange(-BEYOND_MM, guide.length_mm + BEYOND_MM, 1 / (4 * DENSE))
    return arc, _course(guide, arc)


def _course(guide: Guide, arc: Floats) -> Floats:
    """Points at arc lengths, straight on beyond the ends; shape (n, 3)."""
    inner = np.stack([np.interp(arc, guide.arc_mm, axis) for axis in guide.points_mm.T], axis=-1)
    first, last = guide.arc_mm[0], guide.arc_mm[-1]
    inner += np.minimum(arc - first, 0)[:, None] * guide.normals[0]
    inner += np.maximum(arc - last, 0)[:, None] * guide.normals[-1]
    return np.asarray(inner)
