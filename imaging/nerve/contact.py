"""Where vessels come near the nerve: gap, angle, indentation, deviation, from the joint fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.ndimage import map_coordinates  # type: ignore[attr-defined]

from .fit import Fit
from .refine import centre_of
from .result import Contact, Vessel
from .section import Profile
from .strand import Strand, is_vessel
from .volume import Array, Volume

Kind = Literal["artery", "vein", "unknown"]

STEP_MM: Final = 0.05
WITHIN_MM: Final = 1.0
FLANK_MM: Final = (1.5, 4.0)
COURSE_MM: Final = (3.0, 7.0)
BEND_MM: Final = 2.5
DETACHMENT_MM: Final = 2.0
BEHIND_MM: Final = 0.5
INFLOW: Final = 3.0
FLOW_MM: Final = 2.5
LEAST_ANGLE_DEG: Final = 25.0


@dataclass(frozen=True)
class Meeting:
    """The closest pair of two strands. Arc lengths on each; along: unit vector from the vessel's
    axis to the nerve's; distance_mm between the axes."""

    nerve_arc_mm: float
    vessel_arc_mm: float
    distance_mm: float
    gap_mm: float
    away: Array


def contacts_of(
    fit: Fit, side: int, profile: Profile, tof: Volume | None
) -> tuple[tuple[Contact, ...], tuple[Vessel, ...]]:
    """Contacts within WITHIN_MM of a vessel's wall, nearest the brainstem first, and all strands
    beside the nerve."""
    nerve, *others = fit.sides[side].strands
    contacts: list[Contact] = []
    vessels: list[Vessel] = []
    for number, strand in enumerate(others, start=1):
        arc = np.arange(0, strand.course.length_mm, 0.25)
        points = centre_of(strand, arc)
        kind: str = "nerve"
        if is_vessel(strand):
            meeting = meet(nerve, strand)
            near = np.abs(arc - meeting.vessel_arc_mm) < FLOW_MM
            kind = flow(points[near], nerve, tof)
            if meeting.gap_mm < WITHIN_MM and _crosses(nerve, strand, meeting):
                contacts.append(_contact(fit, side, number, profile, meeting, kind, len(vessels)))
        vessels.append(Vessel(points, strand.shape(arc).radius_mm, kind))
    return tuple(sorted(contacts, key=lambda c: c.arc_mm)), tuple(vessels)


def _crosses(nerve: Strand, vessel: Strand, meeting: Meeting) -> bool:
    """Whether the strand turns away from the nerve there, as a vessel does and CN VIII does not."""
    angle = angle_between(
        direction(nerve, meeting.nerve_arc_mm), direction(vessel, meeting.vessel_arc_mm)
    )
    return angle > LEAST_ANGLE_DEG


def meet(nerve: Strand, vessel: Strand) -> Meeting:
    """The pair of sections with the least gap, between both strands' ends."""
    first = np.arange(0, nerve.course.length_mm + STEP_MM / 2, STEP_MM)
    second = np.arange(0, vessel.course.length_mm + STEP_MM / 2, STEP_MM)
    here, there = centre_of(nerve, first), centre_of(vessel, second)
    apart = np.linalg.norm(here[:, None] - there[None], axis=-1)
    radii = nerve.shape(first).radius_mm[:, None] + vessel.shape(second).radius_mm[None]
    gap = apart - radii
    i, j = (int(n) for n in np.unravel_index(gap.argmin(), gap.shape))
    away = (here[i] - there[j]) / max(float(apart[i, j]), 1e-9)
    return Meeting(float(first[i]), float(second[j]), float(apart[i, j]), float(gap[i, j]), away)


def _contact(
    fit: Fit,
    side: int,
    number: int,
    profile: Profile,
    meeting: Meeting,
    kind: str,
    vessel_number: int,
) -> Contact:
    nerve, vessel = fit.sides[side].strands[0], fit.sides[side].strands[number]
    gap_sd, radius_sd = _spread(fit, side, number, meeting)
    indentation, indentation_sd = indented(profile, meeting.nerve_arc_mm)
    radius = float(vessel.shape(np.array([meeting.vessel_arc_mm])).radius_mm[0])
    return Contact(
        arc_mm=meeting.nerve_arc_mm,
        gap_mm=meeting.gap_mm,
        gap_sd_mm=gap_sd,
        angle_deg=angle_between(
            direction(nerve, meeting.nerve_arc_mm), direction(vessel, meeting.vessel_arc_mm)
        ),
        vessel_diameter_mm=2 * radius,
        vessel_diameter_sd_mm=2 * radius_sd,
        vessel="artery" if kind == "artery" else "vein" if kind == "vein" else "unknown",
        indentation_fraction=indentation,
        indentation_sd=indentation_sd,
        deviation_mm=deviation(nerve, meeting.nerve_arc_mm),
        vessel_bend_deg=bend(vessel, meeting.vessel_arc_mm),
        segment=segment_of(nerve, vessel, meeting),
        vessel_number=vessel_number,
    )


def segment_of(nerve: Strand, vessel: Strand, meeting: Meeting) -> str:
    """Where a vessel meets the nerve, by arc length from where fluid first surrounds it: the root
    detachment point (the first DETACHMENT_MM), the cisternal course beyond, or, where the vessel
    lies behind that point, the attached segment."""
    if meeting.nerve_arc_mm >= DETACHMENT_MM:
        return "cisternal"
    there = centre_of(vessel, np.array([meeting.vessel_arc_mm]))[0]
    start = centre_of(nerve, np.array([0.0]))[0]
    behind = float((there - start) @ direction(nerve, 0.0)) < -BEHIND_MM
    return "attached" if meeting.nerve_arc_mm <= 0 and behind else "root_detachment"


def direction(strand: Strand, arc_mm: float) -> Array:
    """The fitted centreline's unit tangent, by a difference over 0.5 mm."""
    arc = np.clip([arc_mm - 0.25, arc_mm + 0.25], 0, strand.course.length_mm)
    ends = centre_of(strand, arc)
    return np.asarray((ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0]))


def angle_between(first: Array, second: Array) -> float:
    """Angle of two axes, 0 to 90 degrees."""
    return float(np.degrees(np.arccos(min(abs(float(first @ second)), 1.0))))


def bend(vessel: Strand, arc_mm: float) -> float:
    """How far the vessel turns over BEND_MM on both sides of a place, degrees."""
    low = max(arc_mm - BEND_MM, 0.0)
    high = min(arc_mm + BEND_MM, vessel.course.length_mm)
    before, after = direction(vessel, low), direction(vessel, high)
    return float(np.degrees(np.arccos(np.clip(before @ after, -1.0, 1.0))))


def indented(profile: Profile, arc_mm: float) -> tuple[float, float]:
    """1 - area at the contact / median area of the flanks, and its standard deviation."""
    away = np.abs(profile.arc_mm - arc_mm)
    flank = (away > FLANK_MM[0]) & (away < FLANK_MM[1])
    if not flank.any():
        return 0.0, float("inf")
    here = int(np.argmin(away + 1e3 * (away > 0.5)))
    usual = float(np.median(profile.area_mm2[flank]))
    slope = np.zeros(len(away))
    slope[flank] = float(profile.area_mm2[here]) / usual**2 / flank.sum()
    slope[here] -= 1 / usual
    variance = float(slope @ profile.covariance @ slope)
    return 1 - float(profile.area_mm2[here]) / usual, float(np.sqrt(max(variance, 0.0)))


def deviation(nerve: Strand, arc_mm: float) -> float:
    """Distance of the nerve at a contact from the parabola through its course farther away
    (COURSE_MM on both sides), mm; 0 where one side is too short to tell."""
    arc = np.arange(0, nerve.course.length_mm, 0.25)
    away = np.abs(arc - arc_mm)
    used = (away > COURSE_MM[0]) & (away < COURSE_MM[1])
    before, after = used & (arc < arc_mm), used & (arc > arc_mm)
    if before.sum() < 4 or after.sum() < 4:
        return 0.0
    points = centre_of(nerve, arc)
    design = np.stack([np.ones_like(arc), arc - arc_mm, (arc - arc_mm) ** 2], 1)
    solution, *_ = np.linalg.lstsq(design[used], points[used], rcond=None)
    offset = centre_of(nerve, np.array([arc_mm]))[0] - solution[0]
    along = direction(nerve, arc_mm)
    return float(np.linalg.norm(offset - along * (offset @ along)))


def _spread(fit: Fit, side: int, number: int, meeting: Meeting) -> tuple[float, float]:
    """Standard deviations of the gap and of the vessel's radius there, by propagation."""
    slope = np.zeros(len(fit.covariance))
    strands = fit.sides[side].strands
    for which, arc_mm, sign in ((0, meeting.nerve_arc_mm, 1), (number, meeting.vessel_arc_mm, -1)):
        strand = strands[which]
        bases = strand.bases(np.array([arc_mm]))
        _, normals, binormals = strand.course.frames_at(np.array([arc_mm]))
        along_u = sign * float(normals[0] @ meeting.away)
        along_v = sign * float(binormals[0] @ meeting.away)
        parts = [-bases[0][0], along_u * bases[1][0], along_v * bases[2][0]]
        parts += [np.zeros(strand.ellipse.count)] * 2
        slope[fit.block(side, which)] = np.concatenate(parts)
    radius = np.zeros(len(fit.covariance))
    vessel = strands[number]
    start = fit.block(side, number).start
    basis = vessel.radius.basis(np.array([meeting.vessel_arc_mm]))[0]
    radius[start : start + vessel.radius.count] = basis
    gap_variance = float(slope @ fit.covariance @ slope)
    radius_variance = float(radius @ fit.covariance @ radius)
    return float(np.sqrt(max(gap_variance, 0))), float(np.sqrt(max(radius_variance, 0)))


def flow(points_mm: Array, nerve: Strand, tof: Volume | None) -> Kind:
    """Artery where the vessel is bright by inflow in the time-of-flight series, vein where that
    series covers it and it is not, unknown without the series.

    Compared: the median over these points of the vessel with values and spread on the nerve's axis.
    """
    if tof is None:
        return "unknown"
    inside = np.array([tof.holds(point) for point in points_mm])
    if inside.mean() < 0.8:
        return "unknown"
    seen = np.median(_sampled(tof, points_mm[inside]))
    arc = np.arange(0, nerve.course.length_mm, 0.5)
    ring = _sampled(tof, centre_of(nerve, arc))
    usual = float(np.median(ring))
    spread = float(np.median(np.abs(ring - usual))) / 0.6745
    return "artery" if seen > usual + max(INFLOW * spread, 0.5 * abs(usual)) else "vein"


def _sampled(volume: Volume, points_mm: Array) -> Array:
    index = volume.to_index(points_mm)
    low = np.maximum(np.floor(index.min(axis=0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(index.max(axis=0)).astype(int) + 2, volume.size)
    box = volume.voxels[low[0] : high[0], low[1] : high[1], low[2] : high[2]].astype(float)
    return np.asarray(map_coordinates(box, (index - low).T, order=1, mode="nearest"))
