"""How fast the pictures of one measured nerve are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from vtk import vtkActor

from imaging.nerve.phantom import simulate
from imaging.render.camera import Camera, place_camera
from imaging.render.cistern import cistern_about
from imaging.render.course import NerveCourse
from imaging.render.cpr import straightened, stretched
from imaging.render.mesh import surface, tube
from imaging.render.stage import CannotDraw, Stage

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
    """Reformations as arrays, and frames of the endoscopy's scene."""
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
        *_frames(actors, camera, repeats),
    ]


def _frames(actors: Sequence[vtkActor], camera: Camera, repeats: int) -> list[Drawing]:
    """A frame in a new window, and one in a window that is kept, as it is kept and as it moves."""

    def new() -> None:
        with Stage(actors, FRAME_PX) as stage:
            stage.look(camera)

    found = [_timed("endoscopy, 512 x 512, new window", new, repeats)]
    if found[0].reason:
        return found
    for words, moving in (("still", False), ("moving", True)):
        with Stage(actors, FRAME_PX, moving=moving) as stage:
            name = f"endoscopy, 512 x 512, {words}"
            found.append(_timed(name, partial(stage.look, camera), repeats))
    return found


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
