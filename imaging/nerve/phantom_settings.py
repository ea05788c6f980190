"""Everything about a simulated scan that a caller may choose, with the standard case's values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Side = Literal["left", "right"]
Polarity = Literal["dark", "bright"]
Path = Literal["straight", "oblique", "arc", "helix"]
Psf = Literal["box", "sinc", "hamming"]
Values = Literal["magnitude", "signed", "saturated"]

SIDES: tuple[Side, Side] = ("left", "right")


class WrongSetting(ValueError):
    """A simulation was asked for that makes no sense; the message is for the user."""


@dataclass(frozen=True)
class Settings:
    """One simulated scan. Lengths in mm; fractions are of the nominal value.

    The nerve: `diameter_mm` at mid-length, `aspect` major over minor axis at equal area, `taper`
    the relative change of radius at both ends, `notch_depth` the relative loss of radius at
    `notch_at_mm` from the brainstem. `affected` names the side that carries the notch, the
    vessel, `area_ratio` and what is ill at `lesion_at_mm`: a tumour `mass_mm` wide, a stretch of
    `missing_mm` without nerve. The other side is whole.

    `floor_mm`: how far below the plain scene's nerves (inferior) the field of view ends. `values`:
    stored as a scanner's magnitudes, with the fluid's level taken off, or cut off just below it.
    """

    path: Path = "straight"
    diameter_mm: float = 1.2
    other_diameter_mm: float | None = None
    length_mm: float = 15.0
    aspect: float = 1.0
    taper: float = 0.0
    notch_depth: float = 0.0
    notch_sd_mm: float = 0.6
    notch_at_mm: float = 6.0
    affected: Side = "left"
    area_ratio: float = 1.0

    vessel: bool = False
    vein: bool = False
    vessel_gap_mm: float = 0.0
    vessel_angle_deg: float = 90.0
    vessel_diameter_mm: float = 1.0
    vessel_at_mm: float = 6.0
    deviation_mm: float = 0.0
    neighbour_gap_mm: float | None = None
    pons: bool = False
    mass_mm: float = 0.0
    missing_mm: float = 0.0
    lesion_at_mm: float = 7.5

    spacing_mm: tuple[float, float, float] = (0.4, 0.4, 0.4)
    size: tuple[int, int, int] | None = None
    floor_mm: float | None = None
    tilt_deg: tuple[float, float] = (0.0, 0.0)
    psf: Psf = "box"
    zero_fill: int = 1
    polarity: Polarity = "dark"
    contrast: float = 0.65
    snr: float | None = 20.0
    bias: float = 0.0
    banding: float = 0.0
    pulsation_mm: float = 0.0
    values: Values = "magnitude"
    texture: float = 0.0
    subvoxel_shift: bool = True
    tof: bool = False
    tof_shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    tof_turn_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)

    head: bool = False
    anatomy: int = 0

    def __post_init__(self) -> None:
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise WrongSetting(f"{name} must lie between {low} and {high}, not {value}.")
        if not all(0.1 <= step <= 5 for step in self.spacing_mm):
            raise WrongSetting(f"Spacings must lie between 0.1 and 5 mm, not {self.spacing_mm}.")
        if not all(abs(shift) <= 100 for shift in self.tof_shift_mm):
            raise WrongSetting(f"The TOF companion moves by at most 100 mm: {self.tof_shift_mm}.")
        if not all(abs(turn) <= 45 for turn in self.tof_turn_deg):
            raise WrongSetting(f"The TOF companion turns by at most 45°: {self.tof_turn_deg}.")
        if self.size is not None and not all(8 <= count <= 1024 for count in self.size):
            raise WrongSetting(f"A volume has 8 to 1024 voxels along each axis, not {self.size}.")
        if self.head and (self.psf != "box" or self.zero_fill != 1):
            raise WrongSetting("The head-like scene is painted with box voxels only.")
        if self.zero_fill != 1 and self.psf == "box":
            raise WrongSetting("Zero-filling needs a k-space point-spread: sinc or hamming.")

    def radius_mm(self, side: Side) -> float:
        """Nominal radius of one side's nerve."""
        if side == self.affected:
            return float(self.diameter_mm / 2 * np.sqrt(self.area_ratio))
        return (self.other_diameter_mm or self.diameter_mm) / 2


_RANGES = [
    ("diameter_mm", 0.3, 4.0),
    ("other_diameter_mm", 0.3, 4.0),
    ("length_mm", 4.0, 40.0),
    ("aspect", 1.0, 3.0),
    ("taper", -0.6, 0.6),
    ("notch_depth", 0.0, 0.8),
    ("notch_sd_mm", 0.2, 5.0),
    ("area_ratio", 0.1, 2.0),
    ("vessel_gap_mm", -0.5, 5.0),
    ("vessel_angle_deg", 10.0, 90.0),
    ("vessel_diameter_mm", 0.3, 5.0),
    ("deviation_mm", 0.0, 3.0),
    ("neighbour_gap_mm", -0.2, 5.0),
    ("contrast", 0.05, 0.95),
    ("snr", 0.5, 1000.0),
    ("bias", 0.0, 0.5),
    ("banding", 0.0, 0.9),
    ("pulsation_mm", 0.0, 1.0),
    ("mass_mm", 0.0, 30.0),
    ("missing_mm", 0.0, 20.0),
    ("floor_mm", -5.0, 20.0),
    ("texture", 0.0, 0.3),
    ("zero_fill", 1, 4),
]
