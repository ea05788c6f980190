"""Vessels of the head-like scene: basilar and vertebral arteries, AICA loops, a petrosal vein."""

from __future__ import annotations

import numpy as np

from imaging.nerve.phantom_courses import Course, Floats, through
from imaging.nerve.phantom_settings import SIDES, Settings, Side
from imaging.nerve.phantom_strands import Nerve, Vessel, approach

UNAFFECTED_GAP_MM = 2.2
BASILAR_Y_MM = -18.3


def crossing_vessel(settings: Settings, nerve: Nerve) -> Vessel:
    """The vessel that crosses below the affected nerve: an AICA loop, or a vein."""
    course = _loop(settings, nerve, settings.vessel_gap_mm, vein=settings.vein)
    radius = settings.vessel_diameter_mm / 2
    if settings.vein:
        return Vessel(course, radius, "vein", "petrosal vein")
    return Vessel(course, radius, "artery", "AICA")


def passing_vessels(
    settings: Settings, nerves: dict[Side, Nerve], rng: np.random.Generator
) -> list[Vessel]:
    """Arteries that touch no facial nerve."""
    sway = rng.normal(0.0, 0.6, 2)
    basilar = through(
        np.array(
            [
                [0.0, BASILAR_Y_MM + 1.5, -9.0],
                [sway[0], BASILAR_Y_MM, -3.0],
                [sway[1], BASILAR_Y_MM - 0.3, 5.0],
                [0.0, BASILAR_Y_MM, 22.0],
            ]
        )
    )
    found = [Vessel(basilar, 1.6, "artery", "basilar")]
    for side in SIDES:
        sign = _sign(nerves[side])
        vertebral = np.array(
            [
                [sign * 0.4, BASILAR_Y_MM + 1.6, -8.6],
                [sign * 4.0, -14.5, -14.0],
                [sign * 9, -9, -24],
            ]
        )
        found.append(Vessel(through(vertebral), 1.3, "artery", "vertebral"))
        if side != settings.affected or settings.vein or not settings.vessel:
            loop = _loop(settings, nerves[side], UNAFFECTED_GAP_MM, vein=False)
            found.append(Vessel(loop, 0.5, "artery", "AICA"))
    return found


def _sign(nerve: Nerve) -> int:
    return 1 if nerve.at(np.array(0.0))[0] > 0 else -1


def _loop(settings: Settings, nerve: Nerve, gap_mm: float, *, vein: bool) -> Course:
    """A course past the nerve with exactly this gap: moved along the normal until it is so."""
    radius = settings.vessel_diameter_mm / 2
    offset = nerve.girth.radius_mm + radius + gap_mm
    course = through(_loop_waypoints(settings, nerve, offset, vein=vein))
    for _ in range(6):
        met = approach(nerve, Vessel(course, radius, "artery"))
        offset += gap_mm - met.gap_mm
        course = through(_loop_waypoints(settings, nerve, offset, vein=vein))
    return course


def _loop_waypoints(settings: Settings, nerve: Nerve, offset_mm: float, *, vein: bool) -> Floats:
    place = np.array([settings.vessel_at_mm])
    centre, along = nerve.at(place)[0], nerve.direction(place)[0]
    out = np.array([0.0, 0.0, -1.0]) + along[2] * along
    out = out / np.linalg.norm(out)
    angle = np.radians(settings.vessel_angle_deg)
    sideways = np.cross(out, along)
    backwards = sideways if sideways[1] > 0 else -sideways
    heading = np.cos(angle) * along + np.sin(angle) * backwards
    nearest = centre + offset_mm * out
    middle = [
        nearest - 2.2 * heading + 0.45 * out,
        nearest - 1.1 * heading + 0.1 * out,
        nearest,
        nearest + 1.1 * heading + 0.1 * out,
        nearest + 2.2 * heading + 0.45 * out,
    ]
    flip = np.array([_sign(nerve), 1.0, 1.0])
    if vein:
        before, after = [[15.0, -10.0, -12.0]], [[19.0, 5.0, -7.5], [21.0, 9.5, -13.0]]
    else:
        before = [[0.8, BASILAR_Y_MM, -5.0], [7.0, -16.5, -5.6], [13.5, -9.5, -4.6]]
        after = [[18.5, 5.0, -5.0], [22.0, 5.2, -8.5], [24.0, 8.5, -9.0]]
    return np.concatenate([np.array(before) * flip, np.array(middle), np.array(after) * flip])
