"""A report as the JSON that other programs rely on: nerve-measurement/1."""

from __future__ import annotations

import math
from typing import Any, Final

from .register import Registration
from .result import Contact, Ends, Nerve, Numbers, Quality, Report, Section, Vessel
from .section import END_SD_MM, REZ_MM, SECTION_MM, WINDOW_MM
from .version import libraries, numerics

SCHEMA: Final = "nerve-measurement/1"
SOFTWARE: Final = "studysite"


def to_json_dict(
    report: Report, sha256: str, version: str, *, tof_sha256: str | None = None
) -> dict[str, Any]:
    """sha256, tof_sha256: of the inputs' bytes; version: the software's. Values are rounded to
    what they can mean (at most 1e-4), so that the same input gives the same bytes on another
    machine."""
    tof = {"tof": {"sha256": tof_sha256, **_registration(report.tof)}} if tof_sha256 else {}
    return {
        "schema": SCHEMA,
        "software": {
            "name": SOFTWARE,
            "version": version,
            "numerics": numerics(),
            "libraries": dict(libraries()),
        },
        "input": {
            "sha256": sha256,
            "size": list(report.size),
            "spacing_mm": [_rounded(x) for x in report.spacing_mm],
            "polarity": report.polarity,
            **tof,
        },
        "parameters": {
            "ends": {name: _ends(ends) for name, ends in report.ends.items()},
            "section_mm": SECTION_MM,
            "rez_mm": REZ_MM,
            "window_mm": WINDOW_MM,
        },
        "nerves": {name: nerve_dict(nerve) for name, nerve in report.nerves.items()},
    }


def _ends(ends: Ends) -> dict[str, Any]:
    """The points that a person set, as they were given."""
    return {
        "brainstem_mm": list(ends.brainstem_mm),
        "canal_mm": list(ends.canal_mm),
        "waypoints_mm": [list(point) for point in ends.waypoints],
    }


def nerve_dict(nerve: Nerve) -> dict[str, Any]:
    """One nerve's part; a refused one has its reason and no numbers."""
    if nerve.numbers is None or nerve.quality is None:
        return {
            "status": "refused",
            "reason": nerve.reason,
            "reason_code": nerve.reason_code,
        }
    return {
        "status": "measured",
        "reason": None,
        "flags": [flag.sentence for flag in nerve.flags],
        "flag_codes": [flag.code for flag in nerve.flags],
        **_numbers(nerve.numbers),
        "profile": [_section(section) for section in nerve.sections],
        "contacts": [_contact(contact) for contact in nerve.contacts],
        "vessels": [_vessel(vessel) for vessel in nerve.vessels],
        "quality": _quality(nerve.quality),
    }


def _registration(laid: Registration | None) -> dict[str, Any]:
    """How the angiogram lies; matrix: the scan's patient points to the angiogram's, row by row."""
    if laid is None:
        return {"used": False}
    return {
        "used": not laid.reason,
        "reason_code": laid.reason or None,
        "method": laid.method,
        "matrix": [[_rounded(x) for x in row] for row in laid.matrix],
        "shift_mm": _rounded(laid.shift_mm, 2),
        "turn_deg": _rounded(laid.turn_deg, 2),
        "information": _rounded(laid.information, 3),
        "lead": _rounded(laid.lead, 3),
        "overlap": _rounded(laid.overlap, 3),
        "residual_mm": _rounded(laid.residual_mm, 3),
    }


def _numbers(numbers: Numbers) -> dict[str, Any]:
    low, high = numbers.csa_min_interval_mm2
    return {
        "length_mm": _rounded(numbers.length_mm, 2),
        "volume_mm3": _rounded(numbers.volume_mm3, 3),
        "volume_sd_mm3": _rounded(numbers.volume_sd_mm3, 3),
        "volume_10mm_mm3": _rounded(numbers.volume_10mm_mm3, 3),
        "volume_10mm_sd_mm3": _rounded(numbers.volume_10mm_sd_mm3, 3),
        "csa_mean_mm2": _rounded(numbers.csa_mean_mm2),
        "csa_mean_sd_mm2": _rounded(numbers.csa_mean_sd_mm2),
        "csa_mean_bound_mm2": _rounded(numbers.csa_mean_bound_mm2),
        "csa_min_mm2": _rounded(numbers.csa_min_mm2),
        "csa_min_sd_mm2": _rounded(numbers.csa_min_sd_mm2),
        "csa_min_at_mm": _rounded(numbers.csa_min_at_mm, 2),
        "csa_min_interval_mm2": [_rounded(low), _rounded(high)],
        "csa_rez_mm2": _rounded(numbers.csa_rez_mm2),
        "csa_rez_sd_mm2": _rounded(numbers.csa_rez_sd_mm2),
        "rez_mm": REZ_MM,
        "end_sd_mm": END_SD_MM,
        "volume_ends_sd_mm3": _rounded(numbers.moved.volume_mm3, 3),
        "volume_10mm_ends_sd_mm3": _rounded(numbers.moved.volume_10mm_mm3, 3),
        "csa_mean_ends_sd_mm2": _rounded(numbers.moved.csa_mean_mm2),
        "csa_rez_ends_sd_mm2": _rounded(numbers.moved.csa_rez_mm2),
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "arc_mm": _rounded(section.arc_mm, 3),
        "centre_mm": [_rounded(x, 3) for x in section.centre_mm],
        "normal": [_rounded(x) for x in section.normal],
        "area_mm2": _rounded(section.area_mm2),
        "area_sd_mm2": _rounded(section.area_sd_mm2),
        "major_mm": _rounded(section.major_mm, 3),
        "minor_mm": _rounded(section.minor_mm, 3),
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "arc_mm": _rounded(contact.arc_mm, 2),
        "gap_mm": _rounded(contact.gap_mm, 3),
        "gap_sd_mm": _rounded(contact.gap_sd_mm, 3),
        "angle_deg": _rounded(contact.angle_deg, 1),
        "vessel_diameter_mm": _rounded(contact.vessel_diameter_mm, 3),
        "vessel_diameter_sd_mm": _rounded(contact.vessel_diameter_sd_mm, 3),
        "vessel": contact.vessel,
        "indentation_fraction": _rounded(contact.indentation_fraction, 3),
        "indentation_sd": _rounded(contact.indentation_sd, 3),
        "deviation_mm": _rounded(contact.deviation_mm, 3),
        "vessel_bend_deg": _rounded(contact.vessel_bend_deg, 1),
        "segment": contact.segment,
        "vessel_number": contact.vessel_number,
    }


def _vessel(vessel: Vessel) -> dict[str, Any]:
    return {
        "kind": vessel.kind,
        "points_mm": [[_rounded(x, 3) for x in point] for point in vessel.points_mm],
        "radius_mm": [_rounded(x, 3) for x in vessel.radius_mm],
    }


def _quality(quality: Quality) -> dict[str, Any]:
    return {
        "residual_over_noise": _rounded(quality.chi, 3),
        "contrast": _rounded(quality.contrast),
        "contrast_alone": _rounded(quality.contrast_alone),
        "contrast_to_noise": _rounded(quality.snr, 2),
        "noise_sharing": _rounded(quality.noise_sharing, 3),
        "coverage": _rounded(quality.coverage, 3),
        "efficiency": _rounded(quality.efficiency, 3),
    }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), digits) + 0.0
