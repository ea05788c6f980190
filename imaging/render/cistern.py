"""The walls about the cistern as a surface, without the strands that run through it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree
from skimage.measure import marching_cubes

from imaging.nerve.volume import Volume
from imaging.render.course import Floats, NerveCourse
from imaging.render.sampling import sample

GRID_MM = 0.5
RAW_GRID_MM = 0.3
REACH_MM = 17.0
SMOOTHING_MM = 0.45
CLEAR_MM = 0.55
EMPTY_VOXELS = 400


@dataclass(frozen=True)
class Cistern:
    """Fluid about a nerve, on a grid of its own, in patient coordinates.

    fluid: 1 in fluid, 0 in tissue, between them at the walls; shape (i, j, k), `step_mm` apart
    from `origin_mm` along x, y, z. With `raw` the strands are still in it.
    """

    fluid: NDArray[np.float32]
    origin_mm: Floats
    step_mm: float

    def at(self, points_mm: Floats) -> Floats:
        """Fluid content at points (n, 3) by the nearest grid point; 0 outside."""
        index = np.rint((points_mm - self.origin_mm) / self.step_mm).astype(int)
        size = np.array(self.fluid.shape)
        inside = np.all((index >= 0) & (index < size), axis=-1)
        held = np.clip(index, 0, size - 1)
        return np.where(inside, self.fluid[held[..., 0], held[..., 1], held[..., 2]], 0.0)

    def walls(self) -> tuple[Floats, NDArray[np.int64]]:
        """Vertices (n, 3) LPS mm and triangles (m, 3) of the surface between fluid and tissue."""
        vertices, faces, _, _ = marching_cubes(self.fluid, 0.5)
        return vertices * self.step_mm + self.origin_mm, faces


def cistern_about(volume: Volume, course: NerveCourse, *, raw: bool = False) -> Cistern:
    """Cut the surroundings of a nerve out of the volume and tell fluid from tissue.

    The threshold is half-way between the nerve's intensity and the fluid's. Nerve and fitted
    vessels are filled with fluid, so that only their fitted tubes are seen, unless `raw`.
    """
    low = course.points_mm.min(axis=0) - REACH_MM
    high = course.points_mm.max(axis=0) + REACH_MM
    step = RAW_GRID_MM if raw else GRID_MM
    axes = [np.arange(a, b, step) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    nerve_level, fluid_level = levels(volume, course)
    fluid = (sample(volume, points) - nerve_level) / (fluid_level - nerve_level)
    fluid = np.clip(np.nan_to_num(fluid, nan=0.0), 0.0, 1.0)
    if raw:
        return Cistern(fluid.astype(np.float32), low, step)
    fluid[_strand_mask(points, course)] = 1.0
    smooth = ndimage.gaussian_filter(  # type: ignore[attr-defined]
        fluid.astype(np.float32), SMOOTHING_MM / step
    )
    return Cistern(_without_crumbs(smooth), low, step)


def levels(volume: Volume, course: NerveCourse) -> tuple[float, float]:
    """Intensity in the nerve's centre and in the fluid beside it.

    Fluid is what most of the shell 0.8 to 2 mm from the nerve's wall differs towards.
    """
    middle = slice(len(course.points_mm) // 5, -len(course.points_mm) // 5 or None)
    centres = course.points_mm[middle]
    nerve = float(np.nanmedian(sample(volume, centres)))
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    up, side = (frame[middle] for frame in course.frames)
    ring = np.cos(turns)[:, None, None] * up + np.sin(turns)[:, None, None] * side
    radius = course.radius_mm[middle][None, :, None]
    shell = np.concatenate([sample(volume, centres + ring * (radius + d)) for d in (0.8, 1.4, 2.0)])
    found = shell[np.isfinite(shell)]
    bright, dark = np.percentile(found, [80, 20])
    fluid = float(bright if abs(bright - nerve) >= abs(dark - nerve) else dark)
    return nerve, fluid if fluid != nerve else nerve + 1.0


def _strand_mask(points: Floats, course: NerveCourse) -> NDArray[np.bool_]:
    """Grid points in or next to a fitted strand."""
    mask = np.zeros(points.shape[:-1], dtype=bool)
    flat = points.reshape(-1, 3)
    strands = [(course.points_mm, course.radius_mm)]
    strands += [(strand.points_mm, strand.radius_mm) for strand in course.vessels]
    for centres, radii in strands:
        reach = float(radii.max()) + CLEAR_MM
        low, high = centres.min(axis=0) - reach, centres.max(axis=0) + reach
        rows = np.flatnonzero(np.all((flat > low) & (flat < high), axis=1))
        away, _ = KDTree(_dense(centres)).query(flat[rows], distance_upper_bound=reach)
        mask.ravel()[rows[np.isfinite(away)]] = True
    return mask


def _dense(centres: Floats) -> Floats:
    places = np.linspace(0, len(centres) - 1, 6 * len(centres))
    whole = np.arange(len(centres))
    return np.stack([np.interp(places, whole, axis) for axis in centres.T], axis=1)


def _without_crumbs(fluid: NDArray[np.float32]) -> NDArray[np.float32]:
    """Small islands of tissue in the fluid are noise or unfitted strands' stumps: filled in."""
    marks, count = ndimage.label(fluid < 0.5)  # type: ignore[attr-defined]
    sizes = np.bincount(marks.ravel(), minlength=count + 1)
    small = sizes < EMPTY_VOXELS
    small[0] = False
    cleaned = fluid.copy()
    cleaned[small[marks]] = 1.0
    return cleaned
