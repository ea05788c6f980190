"""The curved planar reformations as pictures, with rulers, outlines and what not to trust."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imaging.nerve.volume import Volume
from imaging.render.canvas import (
    FAINT,
    KIND_COLOURS,
    LINE,
    NERVE,
    PANEL,
    TEXT,
    UNKNOWN,
    WARNING,
    Canvas,
    Colour,
    direction_letters,
)
from imaging.render.course import Floats, NerveCourse
from imaging.render.cpr import Reformat, straightened, stretched
from imaging.render.sampling import Window
from imaging.told import told

STRAIGHTENED = {
    "left": told("Left facial nerve: straightened curved planar reformation"),
    "right": told("Right facial nerve: straightened curved planar reformation"),
}
STRETCHED = {
    "left": told("Left facial nerve: stretched curved planar reformation"),
    "right": told("Right facial nerve: stretched curved planar reformation"),
}
CLOSEST = {
    "artery": told("artery closest here"),
    "vein": told("vein closest here"),
    "unknown": told("vessel closest here"),
}
BEYOND_MM = 2.0
PIXELS_PER_MM = 34.0
GAP_PX = 16
TOP_PX = 60
CAPTION_PX = 24
RULER_PX = 34
STRAIGHT_ANGLES_DEG = (0.0, 45.0, 90.0, 135.0)
STRETCHED_ANGLES_DEG = (0.0, 90.0)


def draw_straightened(volume: Volume, course: NerveCourse, *, plain: bool = False) -> Canvas:
    """Four cuts of the straightened nerve, 45 degrees apart. `plain`: without what was found, that
    is the fitted outline and where vessels are closest."""
    cuts = straightened_cuts(volume, course)
    return _page(STRAIGHTENED[course.side], course, cuts, STRAIGHT_ANGLES_DEG, plain)


def straightened_cuts(volume: Volume, course: NerveCourse) -> list[Reformat]:
    """The cuts of draw_straightened's page."""
    longer = course.extended(BEYOND_MM, BEYOND_MM)
    return [
        straightened(volume, longer, angle_deg=angle, half_width_mm=4.0, pixel_mm=0.1)
        for angle in STRAIGHT_ANGLES_DEG
    ]


def draw_stretched(volume: Volume, course: NerveCourse, *, plain: bool = False) -> Canvas:
    """Two stretched surfaces, swept towards superior and across it."""
    cuts = stretched_cuts(volume, course)
    return _page(STRETCHED[course.side], course, cuts, STRETCHED_ANGLES_DEG, plain)


def stretched_cuts(volume: Volume, course: NerveCourse) -> list[Reformat]:
    """The cuts of draw_stretched's page."""
    longer = course.extended(BEYOND_MM, BEYOND_MM)
    return [
        stretched(volume, longer, angle_deg=angle, half_width_mm=9.0, pixel_mm=0.1)
        for angle in STRETCHED_ANGLES_DEG
    ]


def boxes_of(cuts: list[Reformat]) -> list[tuple[int, int, int, int]]:
    """Where each cut lies on its page: left, top, width and height, pixels."""
    scale = PIXELS_PER_MM * cuts[0].pixel_mm
    columns = max(cut.values.shape[1] for cut in cuts)
    width, height = round(columns * scale), round(cuts[0].values.shape[0] * scale)
    step = CAPTION_PX + height + RULER_PX + GAP_PX
    return [
        (
            GAP_PX + (number % 2) * (width + GAP_PX),
            TOP_PX + (number // 2) * step + CAPTION_PX,
            round(cut.values.shape[1] * scale),
            height,
        )
        for number, cut in enumerate(cuts)
    ]


def _page(
    title: str,
    course: NerveCourse,
    cuts: list[Reformat],
    angles_deg: tuple[float, ...],
    plain: bool,
) -> Canvas:
    window = Window.of(np.concatenate([cut.values.ravel() for cut in cuts]))
    boxes = boxes_of(cuts)
    width, height = max(box[2] for box in boxes), boxes[0][3]
    lines = (len(cuts) + 1) // 2
    step = CAPTION_PX + height + RULER_PX + GAP_PX
    canvas = Canvas(2 * width + 3 * GAP_PX, TOP_PX + lines * step + 28)
    canvas.text(GAP_PX, 14, title, size=20, bold=True)
    for box, cut, angle in zip(boxes, cuts, angles_deg, strict=True):
        left, top = box[0], box[1] - CAPTION_PX
        up = direction_letters(cut.points_mm[0, 0] - cut.points_mm[-1, 0])
        canvas.text(
            left, top, told("%(angle)s°, up is %(up)s", angle=f"{angle:.0f}", up=up), colour=FAINT
        )
        scale = _cut(canvas, box, cut, window)
        _ruler(canvas, box, cut, course, scale)
        if not plain:
            _outline(canvas, box, cut, course, scale)
            _contacts(canvas, box, cut, course, scale)
    _key(canvas, [] if plain else _found(course), any(bool(cut.folded.any()) for cut in cuts))
    return canvas


def _cut(
    canvas: Canvas,
    box: tuple[int, int, int, int],
    cut: Reformat,
    window: Window,
) -> float:
    """The cut itself; by how much it was scaled."""
    left, top, width, height = box
    canvas.draw.rectangle((left, top, left + width - 1, top + height - 1), fill=PANEL)
    pixels = _with_folds(window.grey(cut.values), cut.folded)
    canvas.paste_scaled(pixels, left, top, (width, height))
    return width / cut.values.shape[1]


def _outline(
    canvas: Canvas,
    box: tuple[int, int, int, int],
    cut: Reformat,
    course: NerveCourse,
    scale: float,
) -> None:
    """The fitted walls of the nerve."""
    left, top = box[:2]
    x = left + (np.arange(cut.values.shape[1]) + 0.5) * scale
    inside = (cut.arc_mm >= course.arc_mm[0]) & (cut.arc_mm <= course.arc_mm[-1])
    radius = np.interp(cut.arc_mm, course.arc_mm, course.radius_mm) / cut.pixel_mm
    slope = np.gradient(cut.centre_row) if len(cut.centre_row) > 1 else np.zeros(1)
    tall = radius * np.sqrt(1 + slope**2)
    for sign in (-1, 1):
        y = top + (cut.centre_row + sign * tall + 0.5) * scale
        _dashes(canvas, np.stack([x, y], axis=1)[inside], NERVE)


def _with_folds(grey: NDArray[np.uint8], folded: NDArray[np.bool_]) -> NDArray[np.uint8]:
    colour = np.repeat(grey[:, :, None], 3, axis=2)
    tint = (0.5 * colour[folded] + 0.5 * np.array(WARNING)).astype(np.uint8)
    colour[folded] = tint
    return colour


def _dashes(canvas: Canvas, points: Floats, colour: tuple[int, int, int]) -> None:
    for start in range(0, len(points) - 1, 6):
        canvas.line(points[start : start + 4], colour, width=1)


def _ruler(
    canvas: Canvas,
    box: tuple[int, int, int, int],
    cut: Reformat,
    course: NerveCourse,
    scale: float,
) -> None:
    """Arc length from the brainstem end in mm, and the two ends."""
    left, top, width, height = box
    bottom = top + height

    def place(arc_mm: float) -> float:
        return _column(cut, arc_mm, left, scale)

    first, last = float(course.arc_mm[0]), float(course.arc_mm[-1])
    for arc in np.arange(np.ceil(cut.arc_mm[0]), cut.arc_mm[-1] + 1e-6, 1.0):
        x, strong = place(float(arc)), round(arc - first) % 5 == 0
        tick = 8 if strong else 4
        canvas.line(np.array([[x, bottom], [x, bottom + tick]]), TEXT if strong else LINE, 1)
        if strong and x < left + width - 34:  # leaves room for the unit
            canvas.text(x, bottom + 10, f"{arc - first:.0f}", size=13, colour=FAINT, anchor="ma")
    canvas.text(left + width, bottom + 10, "mm", size=13, colour=FAINT, anchor="ra")
    for arc, words, anchor in ((first, told("brainstem"), "la"), (last, told("canal"), "ra")):
        x = place(arc)
        canvas.line(np.array([[x, top], [x, bottom - 1]]), LINE, 1)
        shift = 5 if anchor == "la" else -5
        canvas.text(x + shift, top + 5, words, size=15, anchor=anchor, outlined=True)
    canvas.scale_bar(left + width - 12, bottom - 16, scale / cut.pixel_mm, 2.0)


def _contacts(
    canvas: Canvas,
    box: tuple[int, int, int, int],
    cut: Reformat,
    course: NerveCourse,
    scale: float,
) -> None:
    """Where vessels are closest."""
    bottom = box[1] + box[3]
    for contact in course.contacts:
        x = _column(cut, float(contact["arc_mm"]), box[0], scale)
        colour = KIND_COLOURS.get(str(contact["vessel"]), UNKNOWN)
        canvas.draw.polygon([(x, bottom - 12), (x - 6, bottom - 1), (x + 6, bottom - 1)], colour)


def _column(cut: Reformat, arc_mm: float, left: int, scale: float) -> float:
    column = float(np.interp(arc_mm, cut.arc_mm, np.arange(len(cut.arc_mm))))
    return left + (column + 0.5) * scale


def _found(course: NerveCourse) -> list[tuple[Colour, str]]:
    kinds = sorted({str(contact["vessel"]) for contact in course.contacts})
    return [
        (NERVE, told("fitted outline")),
        *(
            (KIND_COLOURS.get(kind, UNKNOWN), CLOSEST.get(kind, CLOSEST["unknown"]))
            for kind in kinds
        ),
    ]


def _key(canvas: Canvas, found: list[tuple[Colour, str]], folds: bool) -> None:
    entries = list(found)
    if folds:
        entries.append((WARNING, told("folded: beyond the bend's radius, not to be read")))
    canvas.key(GAP_PX, canvas.image.height - 24, entries)
