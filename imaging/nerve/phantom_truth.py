"""What is true of a simulated scan, in the shape of measure_nerve's JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from imaging.nerve.phantom_settings import SIDES
from imaging.nerve.phantom_strands import Nerve, Scene, Vessel, approach

PROFILE_STEP_MM = 0.25
REZ_WINDOW_MM = 3.0  # root entry/exit zone: from the root detachment point on
FIXED_WINDOW_MM = 10.0
CONTACT_WITHIN_MM = 1.0
BESIDE_MM = 4.0
FLANK_MM = (1.5, 3.0)


def nerves_truth(scene: Scene) -> dict[str, Any]:
    """One record a nerve: profile, volume, extremes, contacts; standard deviations are 0."""
    return {
        side: _nerve_truth(
            scene.nerves[side], list(scene.vessels), scene.deviation_mm.get(side, 0.0)
        )
        for side in SIDES
        if side in scene.nerves
    }


def ends_truth(scene: Scene) -> dict[str, dict[str, list[float]]]:
    """Where an analyst would click: the brainstem end and the canal end of each nerve, LPS mm."""
    return {
        side: {
            "brainstem_mm": _rounded(nerve.at(np.array(0.0))),
            "canal_mm": _rounded(nerve.at(np.array(nerve.length_mm))),
        }
        for side, nerve in scene.nerves.items()
    }


def _nerve_truth(nerve: Nerve, vessels: list[Vessel], deviation_mm: float) -> dict[str, Any]:
    length, girth = nerve.length_mm, nerve.girth
    fine = np.linspace(0.0, length, 20001)
    areas = girth.area_mm2(fine)
    lowest = int(np.argmin(areas))
    volume = float(np.trapezoid(areas, fine))
    return {
        "status": "measured",
        "reason": None,
        "length_mm": round(length, 4),
        "volume_mm3": round(volume, 4),
        "volume_sd_mm3": 0.0,
        "volume_10mm_mm3": _window_volume(nerve, FIXED_WINDOW_MM),
        "csa_mean_mm2": round(volume / length, 5),
        "csa_mean_sd_mm2": 0.0,
        "csa_min_mm2": round(float(areas[lowest]), 5),
        "csa_min_sd_mm2": 0.0,
        "csa_min_at_mm": round(float(fine[lowest]), 3),
        "csa_rez_mm2": round((_window_volume(nerve, REZ_WINDOW_MM) or 0.0) / REZ_WINDOW_MM, 5),
        "profile": _profile(nerve),
        "contacts": _contacts(nerve, vessels, deviation_mm),
        "vessels": _beside(nerve, vessels),
        "rez_mm": REZ_WINDOW_MM,
    }


def _window_volume(nerve: Nerve, window_mm: float) -> float | None:
    if nerve.length_mm < window_mm:
        return None
    arc = np.linspace(0.0, window_mm, 8001)
    return round(float(np.trapezoid(nerve.girth.area_mm2(arc), arc)), 4)


def _profile(nerve: Nerve) -> list[dict[str, Any]]:
    arc = np.arange(0.0, nerve.length_mm, PROFILE_STEP_MM)
    columns = zip(
        arc,
        nerve.at(arc),
        nerve.direction(arc),
        nerve.girth.area_mm2(arc),
        2 * nerve.girth.major_mm(arc),
        2 * nerve.girth.minor_mm(arc),
        strict=True,
    )
    return [
        {
            "arc_mm": round(float(place), 3),
            "centre_mm": _rounded(centre),
            "normal": _rounded(normal),
            "area_mm2": round(float(area), 5),
            "area_sd_mm2": 0.0,
            "major_mm": round(float(major), 4),
            "minor_mm": round(float(minor), 4),
        }
        for place, centre, normal, area, major, minor in columns
    ]


def _contacts(nerve: Nerve, vessels: list[Vessel], deviation_mm: float) -> list[dict[str, Any]]:
    found = [(approach(nerve, vessel), vessel) for vessel in vessels]
    close = [pair for pair in found if pair[0].gap_mm <= CONTACT_WITHIN_MM]
    return [
        {
            "arc_mm": round(met.arc_mm, 3),
            "gap_mm": round(met.gap_mm, 4),
            "gap_sd_mm": 0.0,
            "angle_deg": round(met.angle_deg, 2),
            "vessel_diameter_mm": round(2 * vessel.radius_mm, 4),
            "vessel": vessel.kind,
            "indentation_fraction": round(_indentation(nerve, met.arc_mm), 4),
            "deviation_mm": round(deviation_mm, 4),
        }
        for met, vessel in sorted(close, key=lambda pair: pair[0].arc_mm)
    ]


def _beside(nerve: Nerve, vessels: list[Vessel]) -> list[dict[str, Any]]:
    """The stretches of vessels near the nerve, as courses to draw."""
    middle = nerve.at(np.array(nerve.length_mm / 2))
    found = []
    for vessel in vessels:
        points = vessel.course.points[::10]
        near = np.linalg.norm(points - middle, axis=1) < nerve.length_mm / 2 + BESIDE_MM
        if approach(nerve, vessel).gap_mm <= BESIDE_MM and near.sum() > 1:
            radii = [round(vessel.radius_mm, 4)] * int(near.sum())
            centres = [_rounded(point) for point in points[near]]
            found.append({"kind": vessel.kind, "points_mm": centres, "radius_mm": radii})
    return found


def _indentation(nerve: Nerve, arc_mm: float) -> float:
    """1 - CSA at the contact over the median of its flanks (NERVE.md, The method, 4)."""
    near, far = FLANK_MM
    steps = np.linspace(near, far, 61)
    places = np.concatenate([arc_mm - steps, arc_mm + steps])
    places = places[(places >= 0) & (places <= nerve.length_mm)]
    here = nerve.girth.area_mm2(np.array([arc_mm]))[0]
    return float(1 - here / np.median(nerve.girth.area_mm2(places)))


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 4) for value in np.asarray(values)]
