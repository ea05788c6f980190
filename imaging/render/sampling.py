"""Intensities of a volume at any points of the patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from imaging.nerve.volume import Volume
from imaging.render.course import Floats

MARGIN_VOXELS = 6


def sample(volume: Volume, points_mm: Floats, order: int = 1) -> Floats:
    """Intensities at points of shape (..., 3), LPS mm; NaN outside the box of voxel centres.

    order: of the interpolating spline, 1 linear, 3 cubic. Only the part of the volume about the
    points is touched.
    """
    index = volume.to_index(points_mm)
    flat = index.reshape(-1, 3)
    last = np.array(volume.size) - 1
    low = np.clip(np.floor(flat.min(axis=0)).astype(int) - MARGIN_VOXELS, 0, last)
    high = np.clip(np.ceil(flat.max(axis=0)).astype(int) + MARGIN_VOXELS, 0, last) + 1
    part = np.asarray(
        volume.voxels[low[0] : high[0], low[1] : high[1], low[2] : high[2]], dtype=np.float32
    )
    values = ndimage.map_coordinates(  # type: ignore[attr-defined]
        part, (flat - low).T, order=order, mode="nearest"
    )
    outside = np.any((flat < -1e-6) | (flat > last + 1e-6), axis=1)
    return np.where(outside, np.nan, values).reshape(index.shape[:-1])


@dataclass(frozen=True)
class Plane:
    """A picture's place in the patient: pixel (row, column) is at
    centre + (column - (columns - 1) / 2) * pixel * right + the same of rows * down."""

    centre_mm: Floats
    right: Floats
    down: Floats
    pixel_mm: float
    shape: tuple[int, int]

    def points_mm(self) -> Floats:
        """Shape (rows, columns, 3)."""
        rows, columns = self.shape
        x = (np.arange(columns) - (columns - 1) / 2) * self.pixel_mm
        y = (np.arange(rows) - (rows - 1) / 2) * self.pixel_mm
        return np.asarray(
            self.centre_mm + x[None, :, None] * self.right + y[:, None, None] * self.down
        )

    def to_pixel(self, points_mm: Floats) -> Floats:
        """Column and row of points projected onto the plane, shape (..., 2)."""
        offset = np.asarray(points_mm) - self.centre_mm
        rows, columns = self.shape
        return np.stack(
            [
                offset @ self.right / self.pixel_mm + (columns - 1) / 2,
                offset @ self.down / self.pixel_mm + (rows - 1) / 2,
            ],
            axis=-1,
        )


@dataclass(frozen=True)
class Window:
    """Intensities shown from black to white."""

    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> Window:
        """From the first to the last half per cent of what is seen."""
        finite = values[np.isfinite(values)]
        if not finite.size:
            return cls(0.0, 1.0)
        low, high = np.percentile(finite, [0.5, 99.5])
        return cls(float(low), float(max(high, low + 1e-6)))

    def grey(self, values: NDArray[np.floating]) -> NDArray[np.uint8]:
        """8-bit grey; black where there is no value."""
        scaled = (values - self.low) / (self.high - self.low) * 255
        return np.nan_to_num(np.clip(scaled, 0, 255), nan=0.0).astype(np.uint8)
