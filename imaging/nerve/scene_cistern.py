"""The plain scene: one nerve a side in fluid, with what the settings put beside it."""

from __future__ import annotations

import numpy as np

from imaging.nerve.phantom_courses import (
    Course,
    CurveFunction,
    Floats,
    arc,
    helix,
    mirrored,
    pushed,
    straight,
    walk,
)
from imaging.nerve.phantom_lesions import lesions
from imaging.nerve.phantom_settings import SIDES, Settings, Side
from imaging.nerve.phantom_shapes import Body, HalfSpace, Slab, round_tube
from imaging.nerve.phantom_strands import Girth, Nerve, Scene, Vessel, girth_of

BRAINSTEM_X_MM = 6.0
BEYOND_MM = 4.0
CANAL_RADIUS_MM = 2.4
MARGIN_MM = np.array([3.0, 7.0, 7.0])
LATERALLY = np.array([1.0, 0.0, 0.0])


def cistern(settings: Settings) -> Scene:
    """Left nerve at +x, right nerve at -x (LPS), both leaving a midline brainstem laterally."""
    nerves = {side: _nerve(settings, side) for side in SIDES}
    vessels = [_vessel(settings, nerves[settings.affected])] if settings.vessel else []
    bodies: list[Body] = [round_tube(v.kind, v.course, v.radius_mm) for v in vessels]
    if settings.neighbour_gap_mm is not None:
        bodies += [_neighbour(nerve, settings.neighbour_gap_mm) for nerve in nerves.values()]
    bodies += [nerve.tube() for nerve in nerves.values()]
    bodies += lesions(settings, nerves[settings.affected])
    if settings.pons:
        bodies = [*_walls(settings, nerves), *bodies]
    points = np.concatenate([n.at(np.linspace(0, n.length_mm, 50)) for n in nerves.values()])
    low = points.min(axis=0) - MARGIN_MM
    if settings.floor_mm is not None:
        low[2] = points[:, 2].min() - settings.floor_mm
    return Scene(
        bodies=bodies,
        nerves=nerves,
        vessels=vessels,
        low_mm=low,
        high_mm=points.max(axis=0) + MARGIN_MM,
        deviation_mm={settings.affected: settings.deviation_mm},
    )


def _curve(settings: Settings) -> CurveFunction:
    if settings.path == "straight":
        return straight(LATERALLY)
    if settings.path == "oblique":
        return straight(np.array([0.8, -0.45, 0.3]))
    if settings.path == "arc":
        return arc(bend_mm=20.0)
    return helix(radius_mm=0.8, pitch_mm=12.0)


def _nerve(settings: Settings, side: Side) -> Nerve:
    curve = _curve(settings)
    if settings.deviation_mm and side == settings.affected:
        away = np.array([0.0, 0.0, -settings.deviation_mm])
        curve = pushed(curve, at=settings.vessel_at_mm, by_mm=away, sd_mm=2.0)
    sign = 1 if side == "left" else -1
    origin = np.array([sign * BRAINSTEM_X_MM, 0.0, 0.0])
    placed = mirrored(curve, origin_mm=origin, side=sign)
    course = walk(placed, -BEYOND_MM, settings.length_mm + BEYOND_MM)
    before = walk(placed, -BEYOND_MM, 0.0).length_mm
    between = walk(placed, 0.0, settings.length_mm).length_mm
    return Nerve(course, before, girth_of(settings, side, between))


def _vessel(settings: Settings, nerve: Nerve) -> Vessel:
    """Crosses above the nerve at the stated gap and angle, and bends away from it."""
    place = np.array([settings.vessel_at_mm])
    centre, along = nerve.at(place)[0], nerve.direction(place)[0]
    out = np.array([0.0, 0.0, 1.0]) - along[2] * along
    out = out / np.linalg.norm(out)
    radius = settings.vessel_diameter_mm / 2
    offset = _half_width_mm(nerve.girth, place) + settings.vessel_gap_mm + radius
    angle = np.radians(settings.vessel_angle_deg)
    heading = np.cos(angle) * along + np.sin(angle) * np.cross(out, along)
    bend_mm = 12.0

    def curve(step: Floats) -> Floats:
        turn = step / bend_mm
        rise = offset + bend_mm * (1 - np.cos(turn))
        return np.asarray(centre + bend_mm * np.sin(turn)[:, None] * heading + rise[:, None] * out)

    return Vessel(walk(curve, -11.0, 11.0), radius, "vein" if settings.vein else "artery")


def _half_width_mm(girth: Girth, place: Floats) -> float:
    return float(girth.mean_radius_mm(place)[0])


def _neighbour(nerve: Nerve, gap_mm: float) -> Body:
    """CN VIII: behind (posterior to) the facial nerve, a little thicker, running along with it."""
    radius = 0.75
    apart = nerve.girth.radius_mm + gap_mm + radius
    shifted = nerve.course.points + np.array([0.0, apart, 0.0])
    return round_tube("nerve", Course(shifted, nerve.course.step_mm), radius)


def _walls(settings: Settings, nerves: dict[Side, Nerve]) -> list[Body]:
    """Brainstem between both sides, bone lateral to the porus, and the canal drilled in it."""
    bodies: list[Body] = [Slab("brainstem", BRAINSTEM_X_MM)]
    for side, nerve in nerves.items():
        porus = nerve.at(np.array([nerve.length_mm]))[0]
        outward = -1.0 if side == "left" else 1.0
        bodies.append(HalfSpace("bone", (float(porus[0]), 0.0, 0.0), (outward, 0.0, 0.0)))
    for nerve in nerves.values():
        canal = nerve.at(np.arange(nerve.length_mm - 1.5, nerve.length_mm + BEYOND_MM, 0.05))
        bodies.append(round_tube("fluid", Course(canal, 0.05), CANAL_RADIUS_MM))
    return bodies
