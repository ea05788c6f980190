"""The part of a scan around one nerve, on an isotropic grid, and how tube-like each place is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform, gaussian_filter  # type: ignore[attr-defined]

from .compiled import compiled
from .volume import Array, Volume

Mask = NDArray[np.bool_]

MARGIN_MM: Final = 5.0
FINEST_MM: Final = 0.4
NERVE_SCALE_MM: Final = 0.6


@dataclass(frozen=True)
class Patch:
    """Values on an isotropic grid along the scan's own axes.

    values: shape (a, b, c). origin_mm: patient point of grid index (0, 0, 0). axes: unit vectors
    of the grid as columns, (3, 3). step_mm: distance between grid points.
    """

    values: Array
    origin_mm: Array
    axes: Array
    step_mm: float

    def to_grid(self, points_mm: Array) -> Array:
        """Patient points (..., 3) as fractional grid indices."""
        return (np.asarray(points_mm) - self.origin_mm) @ self.axes / self.step_mm

    def to_patient(self, indices: Array) -> Array:
        """Fractional grid indices (..., 3) as patient points, mm."""
        return np.asarray(indices) * self.step_mm @ self.axes.T + self.origin_mm

    def between(self, foci_mm: Array, slack_mm: float) -> Mask:
        """Grid points in the ellipsoids about successive foci, wider by slack_mm than the chord."""
        grid = np.moveaxis(np.indices(self.values.shape), 0, -1).astype(np.float32)
        foci = self.to_grid(foci_mm).astype(np.float32)
        distance = [np.linalg.norm(grid - focus, axis=-1) for focus in foci]
        inside = np.zeros(self.values.shape, dtype=bool)
        for i in range(len(foci) - 1):
            chord = np.linalg.norm(foci[i + 1] - foci[i])
            inside |= distance[i] + distance[i + 1] <= chord + slack_mm / self.step_mm
        return inside


def box_around(volume: Volume, points_mm: Array, margin_mm: float) -> tuple[Array, Array]:
    """First and last+1 voxel index of the box that holds the points and a margin, both (3,)."""
    index = volume.to_index(points_mm)
    reach = margin_mm / volume.spacing_mm
    first = np.floor(index.min(axis=0) - reach).astype(int)
    last = np.ceil(index.max(axis=0) + reach).astype(int) + 1
    return np.maximum(first, 0), np.minimum(last, volume.size)


def patch_around(volume: Volume, points_mm: Array, margin_mm: float = MARGIN_MM) -> Patch:
    """The scan around these points, resampled linearly to cubes of about its finest spacing."""
    first, last = box_around(volume, points_mm, margin_mm)
    box = volume.voxels[first[0] : last[0], first[1] : last[1], first[2] : last[2]].astype(float)
    step_mm = max(FINEST_MM, float(volume.spacing_mm.min()))
    ratio = step_mm / volume.spacing_mm
    if np.ptp(ratio) < 0.1:
        step_mm = float(volume.spacing_mm.mean())
        return Patch(box, volume.to_patient(first), volume.axes, step_mm)
    shape = tuple(int(n) for n in np.floor((np.array(box.shape) - 1) / ratio) + 1)
    values = affine_transform(box, ratio, output_shape=shape, order=1, mode="nearest")
    return Patch(values, volume.to_patient(first), volume.axes, step_mm)


def tubularity(patch: Patch, where: Mask, sign: int) -> Array:
    """Strength of a strand darker (sign +1) or brighter (-1) than its surroundings.

    sqrt(l2 * l3) of the two largest Hessian eigenvalues of the Gaussian-smoothed values where both
    are positive, lessened where the third is large too (a blob); scaled so that strong strands
    are near 1. Zero outside `where`.
    """
    scale = max(NERVE_SCALE_MM / patch.step_mm, 0.8)
    smooth = gaussian_filter(patch.values * sign, scale)
    first = np.gradient(smooth)
    hessian = np.empty((int(where.sum()), 3, 3))
    for i in range(3):
        rows = np.gradient(first[i])
        for j in range(i, 3):
            hessian[:, i, j] = hessian[:, j, i] = rows[j][where]
    full = np.zeros(patch.values.shape)
    full[where] = _tube_like(hessian)
    return full


@compiled
def _tube_like(hessian: Array) -> Array:
    """Strength from each Hessian, (n, 3, 3); eigenvalues by the cosine formula."""
    n = len(hessian)
    strength = np.zeros(n)
    for p in range(n):
        h = hessian[p]
        mean = (h[0, 0] + h[1, 1] + h[2, 2]) / 3
        a, b, c = h[0, 0] - mean, h[1, 1] - mean, h[2, 2] - mean
        d, e, f = h[0, 1], h[0, 2], h[1, 2]
        size = (a * a + b * b + c * c + 2 * (d * d + e * e + f * f)) / 6
        if size <= 0:
            continue
        det = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)
        angle = np.arccos(min(max(det / (2 * size * np.sqrt(size)), -1.0), 1.0)) / 3
        root = 2 * np.sqrt(size)
        high = mean + root * np.cos(angle)
        low = mean + root * np.cos(angle + 2 * np.pi / 3)
        middle = 3 * mean - high - low
        if middle > 0:
            strength[p] = max(np.sqrt(middle * high) - 0.5 * max(low, 0.0), 0.0)
    return strength
