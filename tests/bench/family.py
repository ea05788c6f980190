"""The phantom family of NERVE.md as the accuracy run goes through it: P1 to P19 and variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ODD_CLICK_MM = 0.5
ALL = 1000
FEW = 8  # seeds of a variant, where the plain case has all


@dataclass(frozen=True)
class Case:
    """A scenario with changes. `most_seeds` limits the dear ones; `in_figure` says whether the case
    belongs to those that NERVE.md calls the family when it speaks of the worst bias."""

    code: str
    name: str
    scenario: str
    changes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    most_seeds: int = ALL
    in_figure: bool = True


def _vessel(code: str, gap_mm: float, angle_deg: float, most_seeds: int = FEW) -> Case:
    name = f"vessel {gap_mm:+.1f} mm, {angle_deg:.0f} deg"
    changes = {"vessel_gap_mm": gap_mm, "vessel_angle_deg": angle_deg}
    return Case(code, name, "touching", changes, most_seeds)


def _notch(code: str, depth: float, sd_mm: float, most_seeds: int = FEW) -> Case:
    name = f"notch {100 * depth:.0f} %, sd {sd_mm:g} mm"
    return Case(code, name, "notch", {"notch_depth": depth, "notch_sd_mm": sd_mm}, most_seeds)


def _cube(step_mm: float) -> dict[str, Any]:
    return {"spacing_mm": (step_mm, step_mm, step_mm)}


FAMILY: tuple[Case, ...] = (
    Case("P1", "straight", "straight"),
    Case("P2", "oblique", "oblique"),
    Case("P3", "arc", "arc"),
    Case("P3b", "arc, 0.5 mm voxels", "arc", _cube(0.5)),
    Case("P3c", "arc, 0.3 mm voxels", "arc", _cube(0.3), FEW),
    Case("P3d", "arc, no noise", "arc", {"snr": None}, FEW),
    Case("P4", "helix", "helix"),
    Case("P5", "radius 0.35 and 0.75 mm", "radius"),
    Case("P5b", "radius 0.45 and 0.65 mm", "radius",
         {"diameter_mm": 0.9, "other_diameter_mm": 1.3}, FEW),
    Case("P6", "ellipse 1.6 : 1", "ellipse"),
    Case("P7", "taper 30 %", "taper"),
    Case("P7b", "taper -30 %", "taper", {"taper": -0.3}, FEW),
    _notch("P8", 0.3, 0.6, ALL),
    _notch("P8b", 0.1, 0.6),
    _notch("P8c", 0.2, 0.4),
    _notch("P8d", 0.3, 0.8),
    _notch("P8e", 0.4, 0.6),
    Case("P9", "0.4 x 0.4 x 0.8 mm", "anisotropic"),
    Case("P9b", "0.5 x 0.5 x 1.0 mm", "anisotropic-coarse"),
    Case("P10", "sinc", "sinc"),
    Case("P10b", "zero-filled 0.5 to 0.25 mm", "zero-filled"),
    Case("P10c", "Hamming", "hamming"),
    Case("P10d", "zero-filled, SNR 400", "zero-filled", {"snr": 400.0}, FEW),
    Case("P11", "SNR 10", "noisy"),
    Case("P11b", "SNR 5", "very-noisy"),
    Case("P11c", "SNR 40", "quiet", most_seeds=FEW),
    _vessel("P12", 0.0, 90.0, ALL),
    _vessel("P12d", -0.1, 60.0),
    _vessel("P12e", 0.2, 45.0),
    _vessel("P12f", 0.5, 30.0),
    _vessel("P12g", 0.8, 90.0),
    Case("P12b", "artery, 40 % of the area indented", "indented"),
    Case("P12c", "vein at 0.4 mm", "near-vein"),
    Case("P13", "CN VIII at 0.5 mm", "neighbour"),
    Case("P13b", "CN VIII at 0.2 mm", "neighbour", {"neighbour_gap_mm": 0.2}),
    Case("P13c", "CN VIII at 1.0 mm", "neighbour", {"neighbour_gap_mm": 1.0}, FEW),
    Case("P13d", "CN VIII at 0 mm, 0.5 mm voxels", "neighbour",
         {"neighbour_gap_mm": 0.0, **_cube(0.5)}, FEW, in_figure=False),
    Case("P14", "pons and porus", "walls"),
    Case("P15", "coil profile 20 %", "bias"),
    Case("P16", "pulsation 0.2 mm", "pulsation"),
    Case("P16b", "pulsation 0.3 mm", "pulsation", {"pulsation_mm": 0.3}, FEW, in_figure=False),
    Case("P16c", "pulsation 0.6 mm", "pulsation", {"pulsation_mm": 0.6}, FEW, in_figure=False),
    Case("P17", "banding 40 %", "banding"),
    Case("P18", "TOF companion", "tof"),
    Case("P19", "head", "head"),
    Case("P19b", "head, 512 x 512 x 96", "head-full", most_seeds=2),
    Case("X1", "atrophy, area 0.694", "atrophy", in_figure=False),
    Case("X2", "bright nerve", "bright", in_figure=False),
)  # fmt: skip
STANDARD = ("P1", "P2", "P3", "P4")


def case(code: str) -> Case:
    """The case of this code. Raises KeyError where there is none."""
    return {found.code: found for found in FAMILY}[code]


def click_mm(seed: int) -> float:
    """Even seeds are measured from the true ends, odd ones from clicks half a millimetre off."""
    return ODD_CLICK_MM * (seed % 2)
