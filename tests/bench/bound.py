"""Cramér and Rao's bound for the mean area of a nerve, from the painter alone.

Shares nothing with the fit: derivatives are differences of noise-free painted scans. The image is
I = fluid + (nerve - fluid) F(radius, place), with Gaussian noise; unknown are the radius, the
place across, and step by step the two levels and the width of the point spread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from imaging.nerve.phantom_contrast import intensities
from imaging.nerve.phantom_paint import Grid, paint
from imaging.nerve.phantom_settings import Settings
from imaging.nerve.scene_cistern import cistern

Array = NDArray[np.float64]
STEP = 0.01
SHIFT_MM = 0.02
BLUR_MM = 0.12
MARGIN_MM = 3.0
KNOWN = ("course", "course, levels", "course, levels, point spread")
SNR = 20.0


@dataclass(frozen=True)
class Bound:
    """The least relative standard deviation of the mean area over the nerve's length that any
    unbiased estimate can have, by what has to be found beside it."""

    voxel_mm: float
    diameter_mm: float
    snr: float
    by_unknown: dict[str, float]


def bound(voxel_mm: float, diameter_mm: float = 1.2, snr: float = SNR) -> Bound:
    """For a straight nerve of 15 mm aslant to the voxels, 0.65 of contrast."""
    settings = Settings(path="oblique", diameter_mm=diameter_mm, spacing_mm=(voxel_mm,) * 3)
    sigma = intensities(settings)["fluid"] / snr
    area = _slope(lambda part: _image(_wider(settings, part)), 2 * STEP)  # 1 % of radius: 2 % area
    across = [_slope(lambda part, a=axis: _image(settings, a, part), SHIFT_MM) for axis in (1, 2)]
    plain = _image(settings)
    levels = [np.ones_like(plain), plain / plain.max()]
    width = [plain - _image(settings, blur_mm=BLUR_MM)]
    unknowns = ([*across], [*across, *levels], [*across, *levels, *width])
    return Bound(
        voxel_mm,
        diameter_mm,
        snr,
        {
            name: _least_sd(area, nuisance, sigma)
            for name, nuisance in zip(KNOWN, unknowns, strict=True)
        },
    )


def _wider(settings: Settings, part: float) -> Settings:
    return replace(settings, diameter_mm=settings.diameter_mm * (1 + STEP * part))


def _slope(image: Callable[[float], Array], width: float) -> Array:
    """Central difference, per unit of what `width` is half of the way of."""
    return (image(1.0) - image(-1.0)) / (2 * width)


def _image(settings: Settings, axis: int = 0, part: float = 0.0, blur_mm: float = 0.0) -> Array:
    """Voxels (n,) between the left nerve's ends and within MARGIN_MM of it, without noise; the grid
    moved along an axis by part of SHIFT_MM."""
    scene = cistern(settings)
    nerve = scene.nerves["left"]
    points = nerve.at(np.linspace(0, nerve.length_mm, 50))
    step = np.array(settings.spacing_mm)
    low, high = points.min(axis=0) - MARGIN_MM, points.max(axis=0) + MARGIN_MM
    affine = np.diag([*step, 1.0])
    affine[:3, 3] = low
    affine[axis, 3] += part * SHIFT_MM
    size = np.ceil((high - low) / step).astype(int)
    grid = Grid((int(size[0]), int(size[1]), int(size[2])), affine)
    still = Grid(grid.size, np.diag([*step, 1.0]) + np.pad(low[:, None], ((0, 1), (3, 0))))
    offset = still.points_mm((0, grid.size[2])) - points[0]
    along = nerve.direction(np.array([0.0]))[0]
    place = offset @ along
    away = np.linalg.norm(offset - place[..., None] * along, axis=-1)
    counted = (place >= 0) & (place <= nerve.length_mm) & (away < MARGIN_MM)
    image = paint(scene.bodies, intensities(settings), grid).astype(np.float64)
    return np.asarray(gaussian_filter(image, blur_mm / step)[counted])


def _least_sd(wanted: Array, nuisance: list[Array], sigma: float) -> float:
    """From the inverse of Fisher's information, the wanted parameter first."""
    slopes = np.stack([slope.ravel() for slope in (wanted, *nuisance)])
    scale = np.linalg.norm(slopes, axis=1)
    information = (slopes / scale[:, None]) @ (slopes / scale[:, None]).T / sigma**2
    return float(np.sqrt(np.linalg.inv(information)[0, 0]) / scale[0])
