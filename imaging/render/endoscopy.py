"""Virtual endoscopy: the fitted nerve and vessels in their cistern, drawn by VTK off-screen."""

from __future__ import annotations

from typing import Literal

import numpy as np
import vtk
from matplotlib import colormaps
from vtk.util.numpy_support import numpy_to_vtk

from imaging.nerve.volume import Volume
from imaging.render.along import along
from imaging.render.camera import Camera, place_camera
from imaging.render.canvas import FAINT, KIND_COLOURS, NEIGHBOUR, UNKNOWN, Canvas
from imaging.render.cistern import cistern_about
from imaging.render.course import Floats, NerveCourse, Strand
from imaging.render.mesh import SIDES, capped, surface, tube
from imaging.render.stage import Bytes, Stage
from imaging.told import told

SIZE_PX = (1040, 780)
NARROWEST_MM2 = 0.6
BEYOND_MM = (3.5, 1.5)  # the nerve goes on uncoloured, unmeasured, into brainstem and canal
WALL = (0.80, 0.62, 0.56)
DISTANCE_SCALE = (0.0, 2.0)
ColourBy = Literal["area", "distance", "nothing"]
MAPS: dict[ColourBy, str] = {"area": "viridis", "distance": "plasma_r"}
MEANINGS: dict[ColourBy, str] = {
    "area": told("nerve's cross-sectional area (mm²)"),
    "distance": told("from the nerve's wall to the nearest vessel's (mm)"),
}

TITLES = {
    "left": told("Left facial nerve: virtual endoscopy"),
    "right": told("Right facial nerve: virtual endoscopy"),
}
RAW = told("raw surface of the image, strands may be fused")
VIEWS = (
    (told("left side"), told("right side")),
    (told("back"), told("front")),
    (told("top"), told("bottom")),
)
KINDS = {
    "artery": told("artery"),
    "vein": told("vein"),
    "unknown": told("vessel, kind unknown"),
    "nerve": told("neighbouring nerve"),
}


def draw_endoscopy(
    volume: Volume,
    course: NerveCourse,
    *,
    colour_by: ColourBy = "area",
    raw: bool = False,
    plain: bool = False,
) -> Canvas:
    """The view from the cistern at the nerve.

    colour_by: the nerve's colour tells its cross-sectional area, or the distance from each place
    of its wall to the nearest vessel's wall.
    The tubes are the fitted ones. With `raw` the surface at half height of the image itself is
    shown instead, labelled as such: it fuses strands that are less than a voxel apart. `plain`: for
    who is to find for themselves, the nerve has one colour and the view knows of no contact.
    Raises CannotDraw where OpenGL does not start.
    """
    cistern = cistern_about(volume, course)
    if plain:
        colour_by = "nothing"
    camera = along(cistern, course).halfway() if plain else place_camera(cistern, course)
    if colour_by == "distance" and not _vessels(course):
        raise ValueError("There is no vessel to tell the distance to.")
    scale = _area_scale(course) if colour_by == "area" else DISTANCE_SCALE
    if raw:
        image = cistern_about(volume, course, raw=True)
        actors = [surface(*image.walls(), WALL, smooth=False)]
    else:
        actors = [surface(*cistern.walls(), WALL), _nerve(course, scale, colour_by)]
        actors += [_vessel(s.points_mm, s.radius_mm, s.kind) for s in course.vessels]
    with Stage(actors, SIZE_PX) as stage:
        picture = stage.look(camera)
    canvas = _labelled(picture, course, camera, raw=raw)
    if not raw:
        if colour_by in MAPS:
            _colour_bar(canvas, scale, colour_by)
        _kinds(canvas, course)
    return canvas


def _vessels(course: NerveCourse) -> list[Strand]:
    return [strand for strand in course.vessels if strand.kind != "nerve"]


def _area_scale(course: NerveCourse) -> tuple[float, float]:
    """Limits of the colour bar in steps of 0.1 mm², too wide for noise to look like shape."""
    middle = float(course.area_mm2.max() + course.area_mm2.min()) / 2
    half = max(float(np.ptp(course.area_mm2)) / 2, NARROWEST_MM2 / 2)
    low = max(np.floor((middle - half) * 10) / 10, 0.0)
    return float(low), float(np.ceil((middle + half) * 10) / 10)


def _nerve(course: NerveCourse, scale: tuple[float, float], colour_by: ColourBy) -> vtk.vtkActor:
    longer = course.extended(*BEYOND_MM)
    vertices, faces = tube(longer.points_mm, longer.radius_mm)
    if colour_by == "nothing":
        red, green, blue = (part / 255 for part in NEIGHBOUR)
        return surface(vertices, faces, (red, green, blue), smooth=False)
    if colour_by == "area":
        values = np.repeat(longer.area_mm2, SIDES)
    else:
        values = np.min([s.distance_mm(vertices) for s in _vessels(course)], axis=0)
    share = np.clip((values - scale[0]) / (scale[1] - scale[0]), 0, 1)
    colours = (colormaps[MAPS[colour_by]](share)[:, :3] * 255).astype(np.uint8)
    beyond = (longer.arc_mm < course.arc_mm[0]) | (longer.arc_mm > course.arc_mm[-1])
    colours[np.repeat(beyond, SIDES)] = NEIGHBOUR
    actor = surface(vertices, faces, (1, 1, 1), smooth=False)
    scalars = numpy_to_vtk(colours, deep=True)
    actor.GetMapper().GetInput().GetPointData().SetScalars(scalars)
    return actor


def _vessel(points_mm: Floats, radius_mm: Floats, kind: str) -> vtk.vtkActor:
    vertices, faces = capped(*tube(points_mm, radius_mm))
    colour = tuple(part / 255 for part in KIND_COLOURS.get(kind, UNKNOWN))
    return surface(vertices, faces, (colour[0], colour[1], colour[2]), smooth=False)


def _labelled(
    picture: Bytes,
    course: NerveCourse,
    camera: Camera,
    *,
    raw: bool,
) -> Canvas:
    width, height = SIZE_PX
    canvas = Canvas(width + 32, height + 124)
    canvas.text(16, 14, TITLES[course.side], size=20, bold=True)
    what = RAW if raw else told("fitted nerve and vessels")
    seen = told("%(what)s, seen from the %(side)s", what=what, side=_seen_from(camera))
    canvas.text(width + 16, 20, seen, colour=FAINT, anchor="ra")
    canvas.paste(picture, 16, 52)
    distance = float(np.linalg.norm(camera.position_mm - camera.target_mm))
    per_mm = height / 2 / np.tan(np.radians(camera.angle_deg / 2)) / distance
    canvas.scale_bar(width, 52 + height - 16, per_mm, 2.0)
    return canvas


def _seen_from(camera: Camera) -> str:
    view = camera.position_mm - camera.target_mm
    axis = int(np.argmax(np.abs(view)))
    return VIEWS[axis][0 if view[axis] > 0 else 1]


def _colour_bar(canvas: Canvas, limits: tuple[float, float], colour_by: ColourBy) -> None:
    bar = (colormaps[MAPS[colour_by]](np.linspace(0, 1, 260))[:, :3] * 255).astype(np.uint8)
    top = canvas.image.height - 58
    canvas.paste(np.repeat(bar[None], 14, axis=0), 16, top)
    low, high = limits
    for share in (0.0, 0.5, 1.0):
        words = f"{low + share * (high - low):.2f}"
        anchor = ("la", "ma", "ra")[round(2 * share)]
        canvas.text(16 + 260 * share, top + 20, words, size=13, colour=FAINT, anchor=anchor)
    canvas.text(290, top - 2, MEANINGS[colour_by], size=14, colour=FAINT)


def _kinds(canvas: Canvas, course: NerveCourse) -> None:
    kinds = sorted({strand.kind for strand in course.vessels})
    entries = [(KIND_COLOURS.get(kind, UNKNOWN), KINDS.get(kind, kind)) for kind in kinds]
    canvas.key(canvas.image.width + 8, canvas.image.height - 60, entries, leftwards=True)
