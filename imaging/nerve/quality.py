"""Whether a measurement has a warrant: what is refused after the fit, and what flagged."""

from __future__ import annotations

from typing import Final

import numpy as np

from imaging.told import told

from .errors import LowSignal, ModelMisfit, TooUncertain, VoxelsTooLarge
from .result import Flag, Numbers, Quality
from .section import INTERPOLATED, NOISELESS_SNR

LOOSEST_CHI: Final = 2.0
FLAGGED_CHI: Final = 1.3
LEAST_COVERAGE: Final = 0.35
FLAGGED_COVERAGE: Final = 0.6
LARGEST_RELATIVE_SD: Final = 0.25
FLAGGED_RELATIVE_SD: Final = 0.08
LEAST_SNR: Final = 2.0
CLEAR_SNR: Final = 4.0
FEWEST_ACROSS: Final = 1.5
MOST_SHARED: Final = 8.0  # a scan resampled by cubic splines has up to 5
PLAUSIBLE_MM2: Final = (0.15, 12.0)
USUAL_MM2: Final = (0.5, 2.5)


def require_signal(quality: Quality) -> None:
    """Raises LowSignal where the nerve does not stand out from the noise."""
    noisy = quality.snr < CLEAR_SNR and quality.coverage < LEAST_COVERAGE
    if quality.snr < LEAST_SNR or noisy:
        raise LowSignal(
            told(
                "The nerve differs from fluid by only %(ratio)s times the noise: a scan with "
                "less noise (more averages, or a shorter protocol repeated) is needed.",
                ratio=f"{quality.snr:.1f}",
            )
        )


def require_warrant(numbers: Numbers, quality: Quality) -> None:
    """Raises a refusal where the fit does not support the numbers."""
    relative = numbers.csa_mean_sd_mm2 / numbers.csa_mean_mm2
    if relative > LARGEST_RELATIVE_SD:
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
    if quality.noise_sharing > MOST_SHARED and quality.snr < NOISELESS_SNR:
        raise ModelMisfit(
            told(
                "What surrounds the strand is no fluid with noise in it: its neighbouring voxels "
                "go together %(times)s times as much as those of noise. Check the end points.",
                times=f"{quality.noise_sharing:.0f}",
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


def require_fine(numbers: Numbers, voxel_mm: float) -> None:
    """Raises VoxelsTooLarge for a nerve of fewer than FEWEST_ACROSS voxels across: its size and its
    contrast cannot be told apart then. voxel_mm: edge of a cube as large as a voxel."""
    across_mm = 2 * float(np.sqrt(numbers.csa_mean_mm2 / np.pi))
    if across_mm < FEWEST_ACROSS * voxel_mm:
        raise VoxelsTooLarge(
            told(
                "The nerve is %(across)s mm across and the voxels %(voxel)s mm wide: a nerve of "
                "fewer than %(least)s voxels cannot be sized; a scan with voxels of at most "
                "%(needed)s mm is needed.",
                across=f"{across_mm:.1f}",
                voxel=f"{voxel_mm:.2g}",
                least=f"{FEWEST_ACROSS:g}",
                needed=f"{across_mm / 2:.1g}",
            )
        )


def flags_of(numbers: Numbers, quality: Quality) -> tuple[Flag, ...]:
    """Codes and sentences about what a reader should know of a result that is given."""
    flags = []
    if quality.chi > FLAGGED_CHI:
        flags.append(
            Flag(
                "residual",
                told(
                    "Residuals are %(ratio)s times the image's noise.", ratio=f"{quality.chi:.2f}"
                ),
            )
        )
    if quality.coverage < FLAGGED_COVERAGE:
        flags.append(
            Flag(
                "surroundings",
                told(
                    "Only %(share)s %% of the surroundings is free of other structures.",
                    share=f"{100 * quality.coverage:.0f}",
                ),
            )
        )
    # Without noise to speak of, what neighbours share is the model's own small misfit.
    if quality.noise_sharing > INTERPOLATED and quality.snr < NOISELESS_SNR:
        flags.append(
            Flag(
                "interpolated",
                told(
                    "Neighbouring voxels share their noise, as in a scan that was filtered or "
                    "resampled after it was taken: areas may be some per cent too small; measure "
                    "the scanner's own series."
                ),
            )
        )
    relative = numbers.csa_mean_sd_mm2 / numbers.csa_mean_mm2
    if relative > FLAGGED_RELATIVE_SD:
        flags.append(
            Flag(
                "uncertain",
                told(
                    "The mean cross-section is uncertain by %(share)s %%.",
                    share=f"{100 * relative:.0f}",
                ),
            )
        )
    low, high = USUAL_MM2
    if not low <= numbers.csa_mean_mm2 <= high:
        flags.append(
            Flag(
                "unusual_area",
                told(
                    "A mean cross-section of %(area)s mm² is outside the usual %(low)s to "
                    "%(high)s mm².",
                    area=f"{numbers.csa_mean_mm2:.2f}",
                    low=f"{low:g}",
                    high=f"{high:g}",
                ),
            )
        )
    return tuple(flags)
