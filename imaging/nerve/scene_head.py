"""A head-like scene: posterior fossa with its nerves and vessels, between two petrous bones.

Millimetres, LPS, the origin at the middle of the pontomedullary junction. Shapes are drawn after
textbook proportions of an adult; `anatomy` of the settings moves them by a few tenths of a
millimetre, so that no two participants look alike.
"""

from __future__ import annotations

import numpy as np

from imaging.nerve.phantom_courses import Course, Floats, bumped, through
from imaging.nerve.phantom_lesions import lesions
from imaging.nerve.phantom_settings import SIDES, Settings, Side
from imaging.nerve.phantom_shapes import Body, Ellipsoid, round_tube
from imaging.nerve.phantom_strands import Nerve, Scene, girth_of
from imaging.nerve.scene_vessels import crossing_vessel, passing_vessels

LOW_MM = np.array([-40.0, -34.0, -12.0])
HIGH_MM = np.array([40.0, 30.0, 13.6])
PETROUS_TURN_DEG = 33.0
COCHLEAR_RADIUS_MM = 0.85
CANAL_RADIUS_MM = 2.7
PLAIN_LENGTH_MM = 11.9  # from brainstem to porus where the bone is not shifted


def head(settings: Settings) -> Scene:
    """Brainstem, cerebellum, nerves V to X, arteries, petrous bones and inner ears."""
    rng = np.random.default_rng([settings.anatomy, 19])
    soft = _brainstem()
    bones = {side: _petrous(settings, side) for side in SIDES}
    nerves = {side: _facial(settings, side, soft, bones[side], rng) for side in SIDES}
    crossing = [crossing_vessel(settings, nerves[settings.affected])] if settings.vessel else []
    vessels = [*crossing, *passing_vessels(settings, nerves, rng)]
    bodies: list[Body] = [*_vault(), *soft, *_ventricle(), *bones.values()]
    for side in SIDES:
        bodies += _inner_ear(side, nerves[side], bones[side])
    bodies += [round_tube(v.kind, v.course, v.radius_mm, v.name) for v in vessels]
    for side in SIDES:
        bodies += _other_nerves(side, nerves[side], settings)
    bodies += [nerve.tube() for nerve in nerves.values()]
    bodies += lesions(settings, nerves[settings.affected])
    return Scene(
        bodies=bodies,
        nerves=nerves,
        vessels=vessels,
        low_mm=LOW_MM,
        high_mm=HIGH_MM,
        deviation_mm={settings.affected: settings.deviation_mm},
        background="air",
    )


def _sign(side: Side) -> int:
    return 1 if side == "left" else -1


def _vault() -> list[Body]:
    """Scalp, skull, brain, the posterior fossa's fluid, and the clivus before it."""
    return [
        Ellipsoid("scalp", (0, 8, 28), (78, 98, 104)),
        Ellipsoid("bone", (0, 8, 28), (72, 91, 97)),
        Ellipsoid("marrow", (0, 8, 28), (70.5, 89, 95)),
        Ellipsoid("bone", (0, 8, 28), (68.5, 87, 93)),
        Ellipsoid("brain", (0, 8, 28), (66, 84, 90)),
        Ellipsoid("fluid", (0, 6, -3), (46, 42, 24)),
        Ellipsoid("bone", (0, -41, -6), (21, 19.5, 42)),
        Ellipsoid("marrow", (0, -42, -6), (19, 18.5, 40)),
        Ellipsoid("air", (0, -52, 4), (15, 12, 12)),
    ]


def _brainstem() -> list[Body]:
    """What the facial nerve may leave: pons, medulla, peduncles, cerebellum."""
    both: list[Body] = [
        Ellipsoid("brainstem", (0, -3, 7), (16.5, 12, 14)),
        Ellipsoid("brainstem", (0, 0, -14), (8.5, 7.5, 17)),
        Ellipsoid("cerebellum", (0, 27, 4), (12, 15, 15)),
    ]
    for sign in (1, -1):
        both += [
            Ellipsoid("brainstem", (sign * 14, 10, 6), (8, 8, 6), turn_deg=sign * 30.0),
            Ellipsoid("cerebellum", (sign * 21, 26, 0), (22, 18, 18)),
            Ellipsoid("cerebellum", (sign * 21, 9.5, -4), (4.5, 3.5, 3)),
        ]
    return both


def _ventricle() -> list[Body]:
    return [Ellipsoid("fluid", (0, 12, 3), (5.5, 4, 9))]


def _petrous(settings: Settings, side: Side) -> Ellipsoid:
    """The petrous bone, aslant, its hind face crossed by the nerve near `length_mm`."""
    sign, shift = _sign(side), settings.length_mm - PLAIN_LENGTH_MM
    centre = (sign * (35.0 + 0.93 * shift), -8.6 - 0.35 * shift, 0.0)
    return Ellipsoid("bone", centre, (31.0, 11.0, 17.0), turn_deg=sign * PETROUS_TURN_DEG)


def _facial(
    settings: Settings, side: Side, soft: list[Body], bone: Ellipsoid, rng: np.random.Generator
) -> Nerve:
    sign, radius = _sign(side), settings.radius_mm(side)
    course = through(_facial_waypoints(sign, settings.length_mm, rng))
    if settings.deviation_mm and side == settings.affected:
        at = _leaves_mm(course.points, soft, course.step_mm, radius) + settings.vessel_at_mm
        up = np.array([0.0, 0.0, settings.deviation_mm])
        course = bumped(course, at_mm=at, by_mm=up, sd_mm=1.8)
    start = _leaves_mm(course.points, soft, course.step_mm, radius)
    stop = float(course.crossing_mm(lambda points: bone.distance_mm(points, 1e3))[0])
    return Nerve(course, start, girth_of(settings, side, stop - start))


def _facial_waypoints(sign: int, length_mm: float, rng: np.random.Generator) -> Floats:
    far = length_mm - PLAIN_LENGTH_MM
    points = np.array(
        [
            [7.0, 3.2, -1.9],
            [12.5, 2.4, -0.9],
            [17.5 + far / 3, 0.6, 0.3],
            [22.0 + far, -1.6, 0.9],
            [26.5 + far, -3.8, 1.2],
            [34.0 + far, -7.0, 1.4],
        ]
    )
    points[1:5, 1:] += rng.normal(0.0, 0.3, (4, 2))
    return points * np.array([sign, 1.0, 1.0])


def _leaves_mm(points: Floats, soft: list[Body], step_mm: float, radius_mm: float) -> float:
    """Arc length at which the whole nerve has left all soft tissue: the root detachment point."""
    nearest = np.min([body.distance_mm(points, 1e3) for body in soft], axis=0) - radius_mm
    last = int(np.flatnonzero(nearest < 0)[-1])
    part = nearest[last] / (nearest[last] - nearest[last + 1])
    return float(step_mm * (last + part))


def _inner_ear(side: Side, nerve: Nerve, bone: Ellipsoid) -> list[Body]:
    """Internal auditory canal about the nerves, and the labyrinth beyond its end."""
    length = nerve.length_mm
    canal = nerve.at(np.linspace(length - 2.0, length + 8.0, 12)) + np.array([0.0, 0.9, -0.3])
    bodies: list[Body] = [round_tube("fluid", through(canal), CANAL_RADIUS_MM)]
    sign = _sign(side)
    fundus = nerve.at(np.array([length + 8.5]))[0]
    cochlea = fundus + np.array([sign * 1.5, -4.0, -1.5])
    vestibule = fundus + np.array([sign * 4.0, 2.5, 0.2])
    for radius, rise in ((2.4, 0.0), (1.5, 0.9)):
        ring = _ring(cochlea + np.array([0, -rise, rise]), radius, (0.6 * sign, -0.6, 0.5))
        bodies.append(round_tube("labyrinth", ring, 0.75))
    x, y, z = (float(v) for v in vestibule)
    bodies.append(Ellipsoid("labyrinth", (x, y, z), (1.7, 2.6, 2.0)))
    for normal in ((0.0, 0.3, 1.0), (0.7 * sign, 0.7, 0.0), (-0.7 * sign, 0.7, 0.0)):
        centre = vestibule + np.array([sign * 2.8, 1.2, 1.0])
        bodies.append(round_tube("labyrinth", _ring(centre, 3.1, normal), 0.5))
    return bodies


def _ring(centre: Floats, radius_mm: float, normal: tuple[float, float, float]) -> Course:
    axis = np.array(normal) / np.linalg.norm(normal)
    first = np.cross(axis, [0.3, 0.5, 0.8])
    first = first / np.linalg.norm(first)
    second = np.cross(axis, first)
    turn = np.linspace(0, 2 * np.pi, 25)[:, None]
    return through(centre + radius_mm * (np.cos(turn) * first + np.sin(turn) * second))


def _other_nerves(side: Side, facial: Nerve, settings: Settings) -> list[Body]:
    """V, VI, VIII and IX/X; VIII runs behind VII into the canal."""
    sign = _sign(side)
    flip = np.array([sign, 1.0, 1.0])
    gap = 0.7 if settings.neighbour_gap_mm is None else settings.neighbour_gap_mm
    apart = facial.girth.radius_mm + gap + COCHLEAR_RADIUS_MM
    arc = np.linspace(-facial.start_mm, facial.length_mm + 7.5, 40)
    eighth = facial.at(arc) + apart * np.array([0.0, 0.995, 0.1])
    courses = [
        (eighth, COCHLEAR_RADIUS_MM),
        (np.array([[11, -6, 8], [14, -12, 8.6], [14, -20, 9], [13, -28, 8.5]]) * flip, 1.7),
        (np.array([[3.5, -9, -2], [4, -15, 2], [5.5, -20, 7], [7, -24, 12]]) * flip, 0.4),
        (np.array([[6, 2.5, -9], [14, 3.5, -8.6], [22, 3, -8.8], [31, -1, -9.2]]) * flip, 0.55),
    ]
    return [round_tube("nerve", through(points), radius) for points, radius in courses]
