"""A scan as an array with its place in the patient."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Volume:
    """One scalar volume in patient coordinates.

    voxels: shape (columns, rows, slices), index order (i, j, k), any real unit of intensity.
    affine: 4 x 4, maps (i, j, k, 1) at voxel centres to (x, y, z, 1) in mm, LPS (DICOM's
        patient coordinates). May be oblique; must be right-angled (no shear).
    acquired_mm: in-plane resolution as acquired along (i, j), where the series was zero-filled to
        a finer grid; None where unknown or equal to the spacing.
    """

    voxels: NDArray[np.floating]
    affine: Array
    acquired_mm: tuple[float, float] | None = field(default=None)

    def __post_init__(self) -> None:
        if self.voxels.ndim != 3:
            raise ValueError(f"a volume has three axes, not {self.voxels.ndim}")
        if self.affine.shape != (4, 4):
            raise ValueError(f"an affine is 4 x 4, not {self.affine.shape}")

    @property
    def size(self) -> tuple[int, int, int]:
        columns, rows, slices = self.voxels.shape
        return columns, rows, slices

    @property
    def spacing_mm(self) -> Array:
        """Distance between voxel centres along i, j, k, shape (3,)."""
        return np.linalg.norm(self.affine[:3, :3], axis=0)

    @property
    def axes(self) -> Array:
        """Unit vectors of i, j, k as columns, shape (3, 3)."""
        return self.affine[:3, :3] / self.spacing_mm

    def to_index(self, points_mm: Array) -> Array:
        """Patient points, shape (..., 3), mm, as fractional voxel indices (i, j, k)."""
        inverse = np.linalg.inv(self.affine)
        return np.asarray(points_mm) @ inverse[:3, :3].T + inverse[:3, 3]

    def to_patient(self, indices: Array) -> Array:
        """Fractional voxel indices, shape (..., 3), as patient points in mm, LPS."""
        return np.asarray(indices) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def holds(self, point_mm: Array) -> bool:
        """Whether a patient point lies within the box of voxel centres."""
        index = self.to_index(np.asarray(point_mm, dtype=float))
        return bool(np.all(index >= 0) and np.all(index <= np.array(self.size) - 1))
