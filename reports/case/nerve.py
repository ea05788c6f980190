"""A measurement as rows, from its nerve-measurement/1 document. Numbers come from there alone.

Lengths in mm, areas in mm², volumes in mm³, angles in degrees; `sd` is one standard deviation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIDES = ("left", "right")


@dataclass(frozen=True)
class Amount:
    """A value with its standard deviation, where it has one."""

    value: float
    sd: float | None = None

    def times(self, factor: float) -> Amount:
        """The amount in another unit."""
        return Amount(self.value * factor, None if self.sd is None else self.sd * factor)

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
    volume_ends_sd_mm3: float | None = None
    profile: tuple[Section, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether it has numbers."""
        return self.status == "measured"


def nerve_of(raw: Mapping[str, Any] | None) -> Nerve | None:
    """A nerve from its part of the document; None where there is none."""
    if not raw:
        return None
    # The sentences as they are kept, where they are: the document's own are English.
    said = raw.get("said", {})
    if raw["status"] != "measured":
        return Nerve(raw["status"], said.get("reason") or raw.get("reason") or "")
    return Nerve(
        status=raw["status"],
        reason="",
        flags=tuple(said.get("flags") or raw.get("flags", ())),
        length_mm=_amount(raw, "length_mm", "length_sd_mm"),
        volume_mm3=_amount(raw, "volume_mm3", "volume_sd_mm3"),
        volume_10mm_mm3=_amount(raw, "volume_10mm_mm3", "volume_10mm_sd_mm3"),
        csa_mean_mm2=_amount(raw, "csa_mean_mm2", "csa_mean_sd_mm2"),
        csa_min_mm2=_amount(raw, "csa_min_mm2", "csa_min_sd_mm2"),
        csa_min_at_mm=raw.get("csa_min_at_mm"),
        csa_rez_mm2=_amount(raw, "csa_rez_mm2", "csa_rez_sd_mm2"),
        volume_ends_sd_mm3=raw.get("volume_ends_sd_mm3"),
        profile=tuple(_section(row) for row in raw.get("profile", ())),
        contacts=tuple(_contact(row) for row in raw.get("contacts", ())),
    )


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
