"""Whether a measurement has a warrant: what is refused beforehand, afterwards, and what flagged."""

from __future__ import annotations

from typing import Final

import numpy as np

from imaging.told import told

from .errors import (
    ModelMisfit,
    OutsideVolume,
    TooShort,
    TooUncertain,
    UnusableImage,
    VoxelsTooLarge,
)
from .result import Ends, Numbers, Quality
from .volume import Array, Volume

THICKEST_MM: Final = 1.25
SHORTEST_MM: Final = 4.0
LONGEST_MM: Final = 40.0
FEWEST_VOXELS: Final = 8
SATURATED: Final = 0.02
EXACT: Final = 0.5
LOOSEST_CHI: Final = 2.0
FLAGGED_CHI: Final = 1.3
LEAST_COVERAGE: Final = 0.35
FLAGGED_COVERAGE: Final = 0.6
LARGEST_RELATIVE_SD: Final = 0.25
FLAGGED_RELATIVE_SD: Final = 0.08
LEAST_SNR: Final = 2.0
PLAUSIBLE_MM2: Final = (0.15, 12.0)
USUAL_MM2: Final = (0.5, 2.5)


def require_usable(volume: Volume) -> None:
    """Raises VoxelsTooLarge or UnusableImage for a scan that can carry no measurement."""
    if not np.all(np.isfinite(volume.affine)) or abs(np.linalg.det(volume.affine[:3, :3])) < 1e-6:
        raise UnusableImage(
            told("The scan's geometry is not usable: its axes or spacing are invalid.")
        )
    axes = volume.axes
    if np.abs(axes.T @ axes - np.eye(3)).max() > 1e-2:
        raise UnusableImage(told("The scan's axes are not at right angles; resample it first."))
    coarsest = float(volume.spacing_mm.max())
    if coarsest > THICKEST_MM:
        raise VoxelsTooLarge(
            told(
                "The slices or pixels are %(spacing)s mm apart, too far for a nerve of about "
                "1 mm; a 3D series of at most %(most)s mm, better 0.5 mm, is needed.",
                spacing=f"{coarsest:.2g}",
                most=f"{THICKEST_MM:g}",
            )
        )
    if min(volume.size) < FEWEST_VOXELS:
        raise UnusableImage(
            told(
                "The scan has only %(voxels)s voxels along one axis; at least %(least)s are "
                "needed around the nerve.",
                voxels=min(volume.size),
                least=FEWEST_VOXELS,
            )
        )


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
    """Raises UnusableImage for values (n,) around the nerve that are not finite, constant or cut
    off: many at the highest value, which is a storage limit, or in a noisy image. counted: the
    same voxels as stored."""
    if not np.all(np.isfinite(values)):
        raise UnusableImage(told("The scan holds values that are not finite near the nerve."))
    if np.ptp(values) <= 0:
        raise UnusableImage(
            told("The scan is constant near the nerve: there is nothing to measure.")
        )
    highest = float(counted.max())
    top = float(np.mean(counted == highest))
    limit = highest > 100 and float(np.log2(highest + 1)).is_integer()
    if top > SATURATED and (limit or float(np.mean(counted == np.median(counted))) < EXACT):
        raise UnusableImage(
            told(
                "%(share)s %% of the voxels near the nerve share the highest value: the image "
                "is saturated; export it without clipping.",
                share=f"{100 * top:.0f}",
            )
        )


def require_warrant(numbers: Numbers, quality: Quality) -> None:
    """Raises a refusal where the fit does not support the numbers."""
    relative = numbers.csa_mean_sd_mm2 / numbers.csa_mean_mm2
    if quality.snr < LEAST_SNR or relative > LARGEST_RELATIVE_SD:
        raise TooUncertain(
            told(
                "The mean cross-section is uncertain by %(share)s %% (contrast is %(ratio)s "
                "times the noise); a finer or less noisy scan is needed.",
                share=f"{100 * relative:.0f}",
                ratio=f"{quality.snr:.1f}",
            )
        )
    if quality.chi > LOOSEST_CHI:
        raise ModelMisfit(
            told(
                "The image around the nerve differs from a tube in fluid by %(ratio)s times "
                "its noise: a tumour, an adherent nerve or an artefact; move the end points.",
                ratio=f"{quality.chi:.1f}",
            )
        )
    if quality.coverage < LEAST_COVERAGE:
        raise ModelMisfit(
            told(
                "Only %(share)s %% of the nerve's surroundings is fluid; the end points may "
                "lie inside brainstem or bone.",
                share=f"{100 * quality.coverage:.0f}",
            )
        )
    low, high = PLAUSIBLE_MM2
    if not low <= numbers.csa_mean_mm2 <= high:
        raise ModelMisfit(
            told(
                "The strand found has a cross-section of %(area)s mm², which no facial nerve "
                "has; check the end points.",
                area=f"{numbers.csa_mean_mm2:.2f}",
            )
        )


def flags_of(numbers: Numbers, quality: Quality) -> tuple[str, ...]:
    """Sentences about what a reader should know of a result that is given."""
    flags = []
    if quality.chi > FLAGGED_CHI:
        flags.append(
            told("Residuals are %(ratio)s times the image's noise.", ratio=f"{quality.chi:.2f}")
        )
    if quality.coverage < FLAGGED_COVERAGE:
        flags.append(
            told(
                "Only %(share)s %% of the surroundings is free of other structures.",
                share=f"{100 * quality.coverage:.0f}",
            )
        )
    relative = numbers.csa_mean_sd_mm2 / numbers.csa_mean_mm2
    if relative > FLAGGED_RELATIVE_SD:
        flags.append(
            told(
                "The mean cross-section is uncertain by %(share)s %%.",
                share=f"{100 * relative:.0f}",
            )
        )
    low, high = USUAL_MM2
    if not low <= numbers.csa_mean_mm2 <= high:
        flags.append(
            told(
                "A mean cross-section of %(area)s mm² is outside the usual %(low)s to "
                "%(high)s mm².",
                area=f"{numbers.csa_mean_mm2:.2f}",
                low=f"{low:g}",
                high=f"{high:g}",
            )
        )
    return tuple(flags)
