"""A measurement as rows, from its nerve-measurement/1 document. Numbers come from there alone.

Lengths in mm, areas in mm², volumes in mm³, angles in degrees; `sd` is one standard deviation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SIDES = ("left", "right")


@dataclass(frozen=True)
class Amount:
    """A value with its standard deviation, where it has one."""

    value: float
    sd: float | None = None

    def over(self, other: Amount) -> Amount:
        """The ratio of two amounts whose errors are taken as independent."""
        ratio = self.value / other.value
        if self.sd is None or other.sd is None:
            return Amount(ratio)
        return Amount(ratio, abs(ratio) * math.hypot(self.sd / self.value, other.sd / other.value))


@dataclass(frozen=True)
class Section:
    """One cut of the profile."""

    arc_mm: float
    area_mm2: float
    area_sd_mm2: float


@dataclass(frozen=True)
class Contact:
    """A vessel where it comes nearest to the nerve."""

    arc_mm: float
    gap_mm: Amount | None
    angle_deg: float | None
    diameter_mm: Amount | None
    vessel: str
    indentation: Amount | None
    deviation_mm: float | None
    segment: str


@dataclass(frozen=True)
class Nerve:
    """One nerve: measured with its numbers, or refused with its reason."""

    status: str
    reason: str
    flags: tuple[str, ...] = ()
    length_mm: Amount | None = None
    volume_mm3: Amount | None = None
    volume_10mm_mm3: Amount | None = None
    csa_mean_mm2: Amount | None = None
    csa_min_mm2: Amount | None = None
    csa_min_at_mm: float | None = None
    csa_rez_mm2: Amount | None = None
    profile: tuple[Section, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether it has numbers."""
        return self.status == "measured"


@dataclass(frozen=True)
class Picture:
    """A picture of a measurement, by its storage name."""

    side: str
    name: str
    stored_as: str


@dataclass(frozen=True)
class Measured:
    """The newest finished measurement of a participant."""

    sequence: str
    series_sha256: str
    version: int
    reason: str
    state: str
    software: str
    input_sha256: str
    polarity: str
    left: Nerve | None
    right: Nerve | None
    result_sha256: str
    pictures: tuple[Picture, ...]
    by: str
    asked_at: datetime
    finished_at: datetime | None

    def nerve(self, side: str) -> Nerve | None:
        """The nerve of a side, if it was asked for."""
        return self.left if side == "left" else self.right

    def picture(self, side: str, name: str) -> Picture | None:
        """A picture of a side (or of both, with side "") by its file name."""
        rows = (row for row in self.pictures if (row.side, row.name) == (side, name))
        return next(rows, None)


def nerve_of(raw: Mapping[str, Any] | None) -> Nerve | None:
    """A nerve from its part of the document; None where there is none."""
    if not raw:
        return None
    if raw["status"] != "measured":
        return Nerve(raw["status"], raw.get("reason") or "")
    return Nerve(
        status=raw["status"],
        reason="",
        flags=tuple(raw.get("flags", ())),
        length_mm=_amount(raw, "length_mm", "length_sd_mm"),
        volume_mm3=_amount(raw, "volume_mm3", "volume_sd_mm3"),
        volume_10mm_mm3=_amount(raw, "volume_10mm_mm3", "volume_10mm_sd_mm3"),
        csa_mean_mm2=_amount(raw, "csa_mean_mm2", "csa_mean_sd_mm2"),
        csa_min_mm2=_amount(raw, "csa_min_mm2", "csa_min_sd_mm2"),
        csa_min_at_mm=raw.get("csa_min_at_mm"),
        csa_rez_mm2=_amount(raw, "csa_rez_mm2", "csa_rez_sd_mm2"),
        profile=tuple(_section(row) for row in raw.get("profile", ())),
        contacts=tuple(_contact(row) for row in raw.get("contacts", ())),
    )


def pictures_of(raw: Mapping[str, Any]) -> tuple[Picture, ...]:
    """{"left": {"mpr.png": name, …}, …, "profile.svg": name} as rows, in a fixed order."""
    rows = []
    for key, value in raw.items():
        if isinstance(value, str):
            rows.append(Picture("", key, value))
        else:
            rows += [Picture(key, name, stored) for name, stored in value.items()]
    return tuple(sorted(rows, key=lambda row: (row.side, row.name)))


def _section(raw: Mapping[str, Any]) -> Section:
    return Section(raw["arc_mm"], raw["area_mm2"], raw["area_sd_mm2"])


def _contact(raw: Mapping[str, Any]) -> Contact:
    return Contact(
        arc_mm=raw["arc_mm"],
        gap_mm=_amount(raw, "gap_mm", "gap_sd_mm"),
        angle_deg=raw.get("angle_deg"),
        diameter_mm=_amount(raw, "vessel_diameter_mm", "vessel_diameter_sd_mm"),
        vessel=raw["vessel"],
        indentation=_amount(raw, "indentation_fraction", "indentation_sd"),
        deviation_mm=raw.get("deviation_mm"),
        segment=raw.get("segment", ""),
    )


def _amount(raw: Mapping[str, Any], value: str, sd: str) -> Amount | None:
    found = raw.get(value)
    return None if found is None else Amount(found, raw.get(sd))
