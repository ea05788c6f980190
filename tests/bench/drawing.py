"""How fast the pictures of one measured nerve are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from imaging.nerve.phantom import simulate
from imaging.render.camera import place_camera
from imaging.render.cistern import cistern_about
from imaging.render.course import NerveCourse
from imaging.render.cpr import straightened, stretched
from imaging.render.endoscopy import CannotDraw, render
from imaging.render.mesh import surface, tube

ANGLES_DEG = (0.0, 45.0, 90.0, 135.0)
FRAME_PX = (512, 512)
REPEATS = 7
COLOUR = (0.8, 0.7, 0.6)


@dataclass(frozen=True)
class Drawing:
    """One picture's time. seconds: processor time, one a repeat after a first one that does not
    count; empty where it could not be drawn, with the reason."""

    picture: str
    seconds: tuple[float, ...]
    reason: str = ""


def drawings(scenario: str = "touching", seed: int = 0, repeats: int = REPEATS) -> list[Drawing]:
    """Reformations as arrays, and a frame of the endoscopy's scene in a window of its own."""
    phantom = simulate(scenario, seed=seed)
    volume = phantom.volume
    course = NerveCourse.from_json(phantom.truth["nerves"]["left"])
    cistern = cistern_about(volume, course)
    camera = place_camera(cistern, course)
    shapes = [cistern.walls(), tube(course.points_mm, course.radius_mm)]
    shapes += [tube(strand.points_mm, strand.radius_mm) for strand in course.vessels]
    actors = [surface(vertices, faces, COLOUR) for vertices, faces in shapes]

    def four() -> None:
        for angle in ANGLES_DEG:
            straightened(volume, course, angle_deg=angle)

    return [
        _timed("straightened CPR, 4 angles", four, repeats),
        _timed("stretched CPR", lambda: stretched(volume, course), repeats),
        _timed("cistern's surface", lambda: cistern_about(volume, course).walls(), repeats),
        _timed(
            "endoscopy, 512 x 512, new window", lambda: render(actors, camera, FRAME_PX), repeats
        ),
    ]


def _timed(picture: str, draw: Callable[[], object], repeats: int) -> Drawing:
    seconds = []
    try:
        draw()
        for _ in range(repeats):
            start = time.process_time()
            draw()
            seconds.append(time.process_time() - start)
    except CannotDraw as reason:
        return Drawing(picture, (), str(reason))
    return Drawing(picture, tuple(seconds))


def line(drawing: Drawing) -> str:
    """One row of the table."""
    if not drawing.seconds:
        return f"{drawing.picture:34} not drawn: {drawing.reason}"
    low, high = min(drawing.seconds), max(drawing.seconds)
    middle = float(np.median(drawing.seconds))
    return f"{drawing.picture:34} {middle:7.3f}  ({low:.3f} to {high:.3f})"
