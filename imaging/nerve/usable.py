"""What is refused before any fit: a scan, end points or values that cannot carry a measurement."""

from __future__ import annotations

from typing import Final

import numpy as np

from imaging.told import told

from .errors import (
    Clipped,
    OutsideVolume,
    Saturated,
    SlicesTooThick,
    TooShort,
    UnusableImage,
    VoxelsTooLarge,
)
from .patch import Mask
from .result import Ends
from .volume import Array, Volume

FINEST_MM: Final = 0.05
THICKEST_MM: Final = 1.25
FARTHEST_MM: Final = 1e5
SKEW: Final = 1e-2
SHORTEST_MM: Final = 4.0
LONGEST_MM: Final = 40.0
FEWEST_VOXELS: Final = 8
SATURATED: Final = 0.02
LARGEST: Final = 1e15
EXACT: Final = 0.5
SPECKLED: Final = 0.002


def require_usable(volume: Volume) -> None:
    """Raises VoxelsTooLarge or UnusableImage for a scan that can carry no measurement."""
    _require_geometry(volume.affine)
    _require_fine(volume.spacing_mm)
    if min(volume.size) < FEWEST_VOXELS:
        raise UnusableImage(
            told(
                "The scan has only %(voxels)s voxels along one axis; at least %(least)s are "
                "needed around the nerve.",
                voxels=min(volume.size),
                least=FEWEST_VOXELS,
            )
        )


def _require_fine(spacing_mm: Array) -> None:
    """Raises SlicesTooThick where one axis alone is coarse, VoxelsTooLarge where more are."""
    middle, coarsest = (float(mm) for mm in np.sort(spacing_mm)[1:])
    if coarsest <= THICKEST_MM:
        return
    values = {"spacing": f"{coarsest:.2g}", "most": f"{THICKEST_MM:g}"}
    if middle <= THICKEST_MM:
        raise SlicesTooThick(
            told(
                "The slices are %(spacing)s mm apart, too far for a nerve of about 1 mm; a 3D "
                "series with slices of at most %(most)s mm, better 0.5 mm, is needed.",
                **values,
            )
        )
    raise VoxelsTooLarge(
        told(
            "The voxels are %(spacing)s mm wide, too large for a nerve of about 1 mm; a 3D "
            "series of at most %(most)s mm, better 0.5 mm, is needed.",
            **values,
        )
    )


def _require_geometry(affine: Array) -> None:
    """Raises UnusableImage for an affine that places no right-angled grid of cubes or boxes."""
    if not np.all(np.isfinite(affine)) or np.abs(affine).max() > FARTHEST_MM:
        raise UnusableImage(
            told("The scan's geometry is not usable: its axes or spacing are invalid.")
        )
    if np.abs(affine[3] - [0.0, 0.0, 0.0, 1.0]).max() > 0:
        raise UnusableImage(
            told("The scan's geometry is not usable: its last row is not 0 0 0 1; export it again.")
        )
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if spacing.min() < FINEST_MM:
        raise UnusableImage(
            told(
                "The scan's voxels are said to be %(spacing)s mm wide, which no scanner makes: "
                "check its spacing and the unit of it.",
                spacing=f"{spacing.min():.1g}",
            )
        )
    axes = affine[:3, :3] / spacing
    if np.abs(axes.T @ axes - np.eye(3)).max() > SKEW:
        raise UnusableImage(told("The scan's axes are not at right angles; resample it first."))


def require_inside(volume: Volume, ends: Ends) -> None:
    """Raises OutsideVolume or TooShort for end points that cannot belong to a nerve."""
    points = [ends.brainstem_mm, *ends.waypoints, ends.canal_mm]
    between = [told("way-point")] * len(ends.waypoints)
    names = [told("brainstem end point"), *between, told("canal end point")]
    for name, point in zip(names, points, strict=True):
        where = np.asarray(point, dtype=float)
        if not np.all(np.isfinite(where)) or not volume.holds(where):
            place = ", ".join(f"{x:.1f}" for x in point)
            raise OutsideVolume(
                told("The %(point)s (%(place)s) mm lies outside the scan.", point=name, place=place)
            )
    steps = np.diff(np.asarray(points, dtype=float), axis=0)
    chord = float(np.linalg.norm(steps, axis=1).sum())
    if not SHORTEST_MM <= chord <= LONGEST_MM:
        raise TooShort(
            told(
                "The end points are %(apart)s mm apart; a cisternal facial nerve is between "
                "%(least)s and %(most)s mm long.",
                apart=f"{chord:.1f}",
                least=f"{SHORTEST_MM:g}",
                most=f"{LONGEST_MM:g}",
            )
        )


def require_values(values: Array, counted: Array) -> None:
    """Raises UnusableImage for values (i, j, k) around the nerve that are not finite or constant,
    Saturated for values that are cut off: many at the highest one, which is a storage limit, or in
    a noisy image. counted: the same voxels as stored."""
    if not np.all(np.isfinite(values)):
        raise UnusableImage(told("The scan holds values that are not finite near the nerve."))
    if np.ptp(values) <= 0:
        raise UnusableImage(
            told("The scan is constant near the nerve: there is nothing to measure.")
        )
    if not np.ptp(values) < LARGEST or np.ptp(values) < 1 / LARGEST:
        raise UnusableImage(
            told("The scan's values differ by a size that no scanner stores; export it again.")
        )
    highest = float(counted.max())
    top = float(np.mean(counted == highest))
    limit = highest > 100 and float(np.log2(highest + 1)).is_integer()
    flat = float(np.mean(counted == np.median(counted))) >= EXACT
    if top > SATURATED and (limit or not flat or _dips(counted == highest)):
        raise Saturated(
            told(
                "%(share)s %% of the voxels near the nerve share the highest value: the image "
                "is saturated; export it without clipping.",
                share=f"{100 * top:.0f}",
            )
        )


def _dips(cut_off: Mask) -> bool:
    """Whether single voxels (i, j, k) lie below the highest value all around them: noise that
    reaches under a cut, where an image without noise is even."""
    if min(cut_off.shape) < 3:
        return False
    inner = tuple(slice(1, -1) for _ in range(3))
    alone = ~cut_off[inner]
    for axis in range(3):
        for shift in (-1, 1):
            alone &= np.roll(cut_off, shift, axis)[inner]
    return float(np.mean(alone)) > SPECKLED


def require_whole(volume: Volume, points_mm: Array, radius_mm: Array) -> None:
    """Raises Clipped where a nerve (points: (n, 3), radius: (n,), mm) reaches out of the scan."""
    index = volume.to_index(points_mm)
    last = np.array(volume.size) - 1
    away_mm = (np.minimum(index, last - index) + 0.5) * volume.spacing_mm
    inside = np.min(away_mm, axis=1) - radius_mm
    if inside.min() < 0:
        raise Clipped(
            told(
                "The nerve leaves the field of view: %(share)s %% of its length lies at the "
                "border of the scan or beyond it; a scan that holds the whole nerve, with 3 mm "
                "around it, is needed.",
                share=f"{100 * np.mean(inside < 0):.0f}",
            )
        )
