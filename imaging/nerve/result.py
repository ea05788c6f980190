"""What a measurement gives: one frozen record a nerve. Lengths in mm, areas in mm^2, volumes in
mm^3, points in patient coordinates (LPS)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .frame import Course
from .register import Registration
from .volume import Array

Point = tuple[float, float, float]
Polarity = Literal["dark", "bright"]


@dataclass(frozen=True)
class Ends:
    """Where a person put the nerve's two ends, and way-points between them, in order."""

    brainstem_mm: Point
    canal_mm: Point
    waypoints: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Section:
    """One cut perpendicular to the nerve. major_mm and minor_mm are the ellipse's diameters."""

    arc_mm: float
    centre_mm: Point
    normal: Point
    area_mm2: float
    area_sd_mm2: float
    major_mm: float
    minor_mm: float


@dataclass(frozen=True)
class Contact:
    """A vessel where it comes nearest to the nerve. gap_mm is from wall to wall, negative where
    they overlap; angle_deg between the two axes there; vessel_bend_deg the vessel's own turn."""

    arc_mm: float
    gap_mm: float
    gap_sd_mm: float
    angle_deg: float
    vessel_diameter_mm: float
    vessel_diameter_sd_mm: float
    vessel: Literal["artery", "vein", "unknown"]
    indentation_fraction: float
    indentation_sd: float
    deviation_mm: float
    vessel_bend_deg: float
    segment: str
    vessel_number: int


@dataclass(frozen=True)
class Vessel:
    """A fitted strand beside the nerve, for pictures. points_mm: (n, 3); radius_mm: (n,).
    kind: artery, vein or unknown for a vessel, nerve for a neighbouring nerve."""

    points_mm: Array
    radius_mm: Array
    kind: str


@dataclass(frozen=True)
class Moved:
    """What the values would vary by, as standard deviations, if each end had been put END_SD_MM
    elsewhere along the nerve: no error of the measurement, so stated beside its own."""

    volume_mm3: float
    volume_10mm_mm3: float | None
    csa_mean_mm2: float
    csa_rez_mm2: float


@dataclass(frozen=True)
class Numbers:
    """The measured values of one nerve."""

    length_mm: float
    volume_mm3: float
    volume_sd_mm3: float
    volume_10mm_mm3: float | None
    volume_10mm_sd_mm3: float | None
    csa_mean_mm2: float
    csa_mean_sd_mm2: float
    csa_mean_bound_mm2: float
    csa_min_mm2: float
    csa_min_sd_mm2: float
    csa_min_at_mm: float
    csa_min_interval_mm2: tuple[float, float]
    csa_rez_mm2: float
    csa_rez_sd_mm2: float
    moved: Moved


@dataclass(frozen=True)
class Flag:
    """What a reader should know of a result that is given: a code that stays, and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Quality:
    """chi: residual at the nerve over the noise beside it; contrast: nerve minus fluid over fluid
    (dark) or in image units (bright), shared and of this nerve alone; snr: contrast step over
    noise; noise_sharing: variance inflation by correlated noise, 1 when white; coverage: share of
    voxels around the nerve that the model was asked to describe; efficiency: Cramer-Rao variance of
    the mean area over the stated one, at most 1 (a smooth profile is known beforehand)."""

    chi: float
    contrast: float
    contrast_alone: float
    snr: float
    noise_sharing: float
    coverage: float
    efficiency: float


@dataclass(frozen=True)
class Nerve:
    """One nerve's result. A refused nerve has reason and reason_code and nothing else."""

    name: str
    status: Literal["measured", "refused"]
    reason: str | None = None
    reason_code: str | None = None
    flags: tuple[Flag, ...] = ()
    numbers: Numbers | None = None
    sections: tuple[Section, ...] = ()
    contacts: tuple[Contact, ...] = ()
    vessels: tuple[Vessel, ...] = ()
    quality: Quality | None = None
    course: Course | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Report:
    """All nerves asked for, in the order left, right. polarity: of the nerve against fluid; None
    where no nerve could be followed. ends: as they were given. tof: how the angiogram lies, where
    one was given."""

    polarity: Polarity | None
    size: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    nerves: dict[str, Nerve]
    ends: dict[str, Ends]
    tof: Registration | None = None

    @property
    def measured(self) -> tuple[Nerve, ...]:
        return tuple(nerve for nerve in self.nerves.values() if nerve.status == "measured")
