"""Multiplanar reformation: the patient's three planes through a cursor, and three of the nerve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from skimage.measure import find_contours

from imaging.nerve.volume import Volume
from imaging.render.canvas import FAINT, KIND_COLOURS, NERVE, PANEL, UNKNOWN, Canvas
from imaging.render.course import Floats, NerveCourse, Strand
from imaging.render.sampling import Plane, Window, sample
from imaging.told import told

PANEL_PX = 440
GAP_PX = 14
TOP_PX = 60
CAPTION_PX = 26
FIELD_MM = 44.0
CLOSE_FIELD_MM = 11.0
OUTLINE_STEP_PX = 4
TITLES = {
    "left": told("Left facial nerve: multiplanar reformation"),
    "right": told("Right facial nerve: multiplanar reformation"),
}
X, Y, Z = np.eye(3)
Grey = NDArray[np.uint8]


def patient_planes(centre_mm: Floats) -> list[tuple[str, Plane]]:
    """Axial, coronal and sagittal through a point, radiological orientation."""
    return [
        (told("Axial"), _plane(centre_mm, X, Y, FIELD_MM)),
        (told("Coronal"), _plane(centre_mm, X, -Z, FIELD_MM)),
        (told("Sagittal"), _plane(centre_mm, Y, -Z, FIELD_MM)),
    ]


def nerve_planes(course: NerveCourse, arc_mm: float) -> list[tuple[str, Plane]]:
    """Two planes along the nerve and one across it, at an arc length."""
    row = course.row_at(arc_mm)
    along = course.tangents[row]
    up, side = course.frames[0][row], course.frames[1][row]
    outward = along if along @ X > 0 else -along
    centre = course.points_mm[row]
    return [
        (
            told("Along the nerve, seen from above"),
            _plane(centre, outward, _towards(side, Y), FIELD_MM),
        ),
        (told("Along the nerve, seen from the front"), _plane(centre, outward, -up, FIELD_MM)),
        (told("Across the nerve"), _plane(centre, _towards(side, Y), -up, CLOSE_FIELD_MM)),
    ]


def _towards(vector: Floats, wanted: Floats) -> Floats:
    return vector if vector @ wanted > 0 else -vector


def _plane(centre_mm: Floats, right: Floats, down: Floats, field_mm: float) -> Plane:
    return Plane(centre_mm, right, down, field_mm / PANEL_PX, (PANEL_PX, PANEL_PX))


def draw_mpr(volume: Volume, course: NerveCourse, *, plain: bool = False) -> Canvas:
    """Six panels through the nerve's centre where a vessel is closest. `plain`: through the middle
    of the nerve and without outlines, for who is to find for themselves."""
    arc = float(course.arc_mm.mean()) if plain else course.focus_mm()
    centre = course.at(arc)
    planes = patient_planes(centre) + nerve_planes(course, arc)
    images = [sample(volume, plane.points_mm(), order=3) for _, plane in planes]
    window = Window.of(np.concatenate([image.ravel() for image in images[3:]]))
    canvas = Canvas(3 * PANEL_PX + 4 * GAP_PX, TOP_PX + 2 * (PANEL_PX + CAPTION_PX + GAP_PX))
    canvas.text(GAP_PX, 14, TITLES[course.side], size=20, bold=True)
    place = ", ".join(f"{round(float(value), 1) + 0.0:.1f}" for value in centre)
    words = told(
        "cursor %(arc)s mm from the brainstem end, LPS (%(place)s) mm",
        arc=f"{arc - course.arc_mm[0]:.1f}",
        place=place,
    )
    canvas.text(canvas.image.width - GAP_PX, 20, words, colour=FAINT, anchor="ra")
    for number, ((name, plane), image) in enumerate(zip(planes, images, strict=True)):
        left = GAP_PX + (number % 3) * (PANEL_PX + GAP_PX)
        top = TOP_PX + (number // 3) * (PANEL_PX + CAPTION_PX + GAP_PX)
        canvas.text(left, top, name, colour=FAINT)
        corner = (left, top + CAPTION_PX)
        _panel(canvas, corner, plane, window.grey(image))
        if _across(plane) and not plain:
            _outlines(canvas, corner, plane, course)
    return canvas


def _across(plane: Plane) -> bool:
    return plane.pixel_mm * PANEL_PX < FIELD_MM / 2


def _panel(canvas: Canvas, corner: tuple[int, int], plane: Plane, grey: Grey) -> None:
    left, top = corner
    box = (left, top, left + PANEL_PX - 1, top + PANEL_PX - 1)
    canvas.draw.rectangle(box, fill=PANEL)
    canvas.paste(grey, left, top)
    middle = (PANEL_PX - 1) / 2
    canvas.cross_hair(left + middle, top + middle, box)
    canvas.letters(box, plane.right, plane.down)
    ruler_mm = 2.0 if _across(plane) else 10.0
    canvas.scale_bar(box[2] - 14, box[3] - 14, 1 / plane.pixel_mm, ruler_mm)


def _outlines(canvas: Canvas, corner: tuple[int, int], plane: Plane, course: NerveCourse) -> None:
    """The fitted walls of nerve and vessels where they cut the plane."""
    nerve = Strand(course.points_mm, course.radius_mm, "facial")
    coarse = replace(
        plane,
        pixel_mm=plane.pixel_mm * OUTLINE_STEP_PX,
        shape=(PANEL_PX // OUTLINE_STEP_PX, PANEL_PX // OUTLINE_STEP_PX),
    )
    points = coarse.points_mm()
    for strand in (*course.vessels, nerve):
        colour = NERVE if strand is nerve else KIND_COLOURS.get(strand.kind, UNKNOWN)
        for outline in find_contours(strand.distance_mm(points), 0.0):
            pixels = (outline[:, ::-1] + 0.5) * OUTLINE_STEP_PX - 0.5
            canvas.line(pixels + np.array(corner), colour, width=2)
