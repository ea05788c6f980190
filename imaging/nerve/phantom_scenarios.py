"""The phantom family of NERVE.md by name: each one is a set of changes to the standard case."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from imaging.nerve.phantom_settings import Settings, WrongSetting


@dataclass(frozen=True)
class Scenario:
    """A named phantom; `code` is its number in the family, with a letter where it has variants."""

    code: str
    name: str
    about: str
    settings: Settings


def _scenario(code: str, name: str, about: str, **changes: Any) -> Scenario:
    return Scenario(code, name, about, Settings(**changes))


_TOUCH: dict[str, Any] = {"vessel": True, "vessel_gap_mm": 0.0}

SCENARIOS: tuple[Scenario, ...] = (
    _scenario("P1", "straight", "straight nerves along a voxel axis, the standard case"),
    _scenario("P2", "oblique", "straight nerves aslant to every voxel axis", path="oblique"),
    _scenario("P3", "arc", "nerves on an arc of 20 mm radius", path="arc"),
    _scenario("P4", "helix", "nerves on a helix, bend radius 5.4 mm", path="helix"),
    _scenario(
        "P5", "radius", "a thin nerve (radius 0.35 mm) left, a thick one (0.75 mm) right",
        path="arc", diameter_mm=0.7, other_diameter_mm=1.5,
    ),
    _scenario("P6", "ellipse", "elliptic nerves, axes 1.6 : 1", path="arc", aspect=1.6),
    _scenario("P7", "taper", "radius from +30 % at the brainstem to -30 %", path="arc", taper=0.3),
    _scenario(
        "P8", "notch", "radius 30 % less at 6 mm, sd 0.6 mm, on the left",
        path="arc", notch_depth=0.3,
    ),
    _scenario(
        "P9", "anisotropic", "voxels of 0.4 x 0.4 x 0.8 mm", path="arc",
        spacing_mm=(0.4, 0.4, 0.8),
    ),
    _scenario(
        "P9b", "anisotropic-coarse", "voxels of 0.5 x 0.5 x 1.0 mm", path="arc",
        spacing_mm=(0.5, 0.5, 1.0),
    ),
    _scenario("P10", "sinc", "k-space acquisition: a sinc point-spread", path="arc", psf="sinc"),
    _scenario(
        "P10b", "zero-filled", "acquired at 0.5 mm, zero-filled to 0.25 mm in plane", path="arc",
        psf="sinc", zero_fill=2, spacing_mm=(0.25, 0.25, 0.5),
    ),
    _scenario("P10c", "hamming", "k-space acquisition with a Hamming filter", path="arc",
              psf="hamming"),
    _scenario("P11", "noisy", "Rician noise at SNR 10", path="arc", snr=10.0),
    _scenario("P11b", "very-noisy", "Rician noise at SNR 5", path="arc", snr=5.0),
    _scenario("P11c", "quiet", "Rician noise at SNR 40", path="arc", snr=40.0),
    _scenario("P12", "touching", "an artery touches the left nerve at 90 degrees", path="arc",
              **_TOUCH),
    _scenario(
        "P12b", "indented", "an artery indents the left nerve by 40 % of its area", path="arc",
        notch_depth=0.225, deviation_mm=0.6, vessel_angle_deg=75.0, tof=True, **_TOUCH,
    ),
    _scenario(
        "P12c", "near-vein", "a vein passes the left nerve at 0.4 mm and 60 degrees", path="arc",
        vessel=True, vein=True, vessel_gap_mm=0.4, vessel_angle_deg=60.0, tof=True,
    ),
    _scenario(
        "P13", "neighbour", "CN VIII beside both nerves at 0.5 mm", path="arc",
        neighbour_gap_mm=0.5,
    ),
    _scenario("P14", "walls", "pons and porus at the ends", path="arc", pons=True),
    _scenario("P15", "bias", "a coil profile of +-20 %", path="arc", pons=True, bias=0.2),
    _scenario("P16", "pulsation", "strands beat by 0.2 mm during the scan", path="arc",
              pulsation_mm=0.2),
    _scenario("P17", "banding", "bSSFP bands across the cistern", path="arc", banding=0.4),
    _scenario("P18", "tof", "an artery at 0.2 mm, with a TOF companion", path="arc", pons=True,
              vessel=True, vessel_gap_mm=0.2, tof=True),
    _scenario(
        "P18b", "tof-moved", "the patient moved by 4 mm and 5 degrees before the TOF companion",
        path="arc", pons=True, vessel=True, vessel_gap_mm=0.2, tof=True,
        tof_shift_mm=(2.5, -2.5, 2.0), tof_turn_deg=(2.0, -1.5, 4.0),
    ),
    _scenario(
        "P19", "head", "a head-like scene: brainstem, nerves V, VII, VIII, basilar, AICA, bone",
        head=True, size=(200, 160, 64), texture=0.03, tof=True, diameter_mm=1.3, snr=25.0,
        notch_depth=0.15, notch_at_mm=3.0, vessel=True, vessel_at_mm=3.0, length_mm=15.0,
    ),
    _scenario(
        "P19b", "head-full", "the head-like scene at 512 x 512 x 96 voxels of 0.4 mm",
        head=True, size=(512, 512, 96), texture=0.03, tof=True, diameter_mm=1.3, snr=25.0,
        notch_depth=0.15, notch_at_mm=3.0, vessel=True, vessel_at_mm=3.0, length_mm=15.0,
    ),
    _scenario(
        "X1", "atrophy", "the left nerve's area is 0.694 of the right's", path="arc",
        area_ratio=0.694,
    ),
    _scenario(
        "X2", "bright", "bright nerves on dark fluid, as in T1", path="arc", polarity="bright",
    ),
    # What a measurement has to refuse.
    _scenario("R1", "thick-slices", "slices of 1.5 mm", path="arc", spacing_mm=(0.4, 0.4, 1.5)),
    _scenario("R2", "large-voxels", "voxels of 1.4 mm", path="arc", spacing_mm=(1.4, 1.4, 1.4)),
    _scenario("R3", "small-nerve", "a 1.0 mm nerve on 0.7 mm voxels", path="arc",
              diameter_mm=1.0, spacing_mm=(0.7, 0.7, 0.7)),
    _scenario("R4", "low-signal", "Rician noise at SNR 2", path="arc", snr=2.0),
    _scenario("R5", "interrupted", "5 mm of the left nerve are not there", path="arc",
              missing_mm=5.0),
    _scenario("R6", "tumour", "a tumour of 6 mm on the left nerve", path="arc", pons=True,
              mass_mm=6.0, texture=0.03),
    _scenario("R7", "fused", "CN VIII overlaps both nerves, 0.5 mm voxels", path="arc",
              neighbour_gap_mm=-0.2, spacing_mm=(0.5, 0.5, 0.5)),
    _scenario("R8", "clipped", "the nerves leave the field of view between their ends",
              path="helix", floor_mm=-0.5),
    _scenario("R9", "signed", "the fluid's level taken off, as in a difference image", path="arc",
              values="signed"),
    _scenario("R10", "saturated", "the brightest values cut off", path="arc", values="saturated"),
)  # fmt: skip


def find(name: str) -> Scenario:
    """The scenario of this name or code, whatever the case.

    Raises WrongSetting when there is none.
    """
    wanted = name.strip().lower()
    for scenario in SCENARIOS:
        if wanted in (scenario.name, scenario.code.lower()):
            return scenario
    known = ", ".join(scenario.name for scenario in SCENARIOS)
    raise WrongSetting(f"There is no scenario {name!r}; the scenarios are {known}.")


def changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    """The settings with some values replaced. Raises WrongSetting for a name that is not one."""
    known = {item.name for item in fields(Settings)}
    for name in changes:
        if name not in known:
            raise WrongSetting(f"A simulation has no setting {name!r}.")
    return replace(settings, **changes)
