"""All pictures of one measured nerve, into a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imaging.nerve.volume import Volume
from imaging.render.canvas import Canvas, Say, in_english
from imaging.render.course import NerveCourse
from imaging.render.cpr_picture import draw_straightened, draw_stretched
from imaging.render.endoscopy import draw_endoscopy
from imaging.render.mpr import draw_mpr
from imaging.render.profile import profile_svg

NAMES = ("mpr.png", "cpr_straightened.png", "cpr_stretched.png", "endoscopy.png", "profile.svg")
PLAIN = "plain_"
RAW, DISTANCE = "endoscopy_raw.png", "endoscopy_distance.png"


def draw_pictures(
    volume: Volume,
    nerve: Mapping[str, Any] | NerveCourse,
    folder: Path,
    *,
    other: Mapping[str, Any] | NerveCourse | None = None,
    languages: Mapping[str, Say] | None = None,
    more: bool = False,
) -> list[Path]:
    """Write mpr.png, cpr_straightened.png, cpr_stretched.png, endoscopy.png and profile.svg.

    nerve: one measured nerve of a nerve-measurement/1 document. `other`, the other side's, is put
    on the same profile plot. `languages`: what says the words in further languages; those pictures
    lie in a folder of the language's name. `more`: also endoscopy_raw.png, the image's own surface,
    labelled as such, and endoscopy_distance.png where there is a vessel to tell the distance to.
    The same input gives the same bytes. Raises ValueError
    for a refused nerve, and, once the others are written, CannotDraw where there is no OpenGL for
    the endoscopy.
    """
    course = _course(nerve)
    sides = {course.side: course}
    if other is not None:
        second = _course(other)
        sides.setdefault(second.side, second)
    folder.mkdir(parents=True, exist_ok=True)
    spoken = {"": in_english, **(languages or {})}
    _save(draw_mpr(volume, course), folder, "mpr.png", spoken)
    _save(draw_straightened(volume, course), folder, "cpr_straightened.png", spoken)
    _save(draw_stretched(volume, course), folder, "cpr_stretched.png", spoken)
    ordered = {side: sides[side] for side in sorted(sides)}
    (folder / "profile.svg").write_bytes(profile_svg(ordered))
    _save(draw_endoscopy(volume, course), folder, "endoscopy.png", spoken)
    return [
        folder / name for name in (*NAMES, *(_more(volume, course, folder, spoken) if more else ()))
    ]


def draw_plain(
    volume: Volume,
    nerve: Mapping[str, Any] | NerveCourse,
    folder: Path,
    *,
    languages: Mapping[str, Say] | None = None,
) -> list[Path]:
    """Write the same without profile.svg under names with PLAIN before them, for readers: without
    outlines, areas, or anything that says where a vessel is closest. Raises as draw_pictures."""
    course = _course(nerve)
    folder.mkdir(parents=True, exist_ok=True)
    spoken = {"": in_english, **(languages or {})}
    _save(draw_mpr(volume, course, plain=True), folder, f"{PLAIN}mpr.png", spoken)
    straight, flat = (
        draw(volume, course, plain=True) for draw in (draw_straightened, draw_stretched)
    )
    _save(straight, folder, f"{PLAIN}cpr_straightened.png", spoken)
    _save(flat, folder, f"{PLAIN}cpr_stretched.png", spoken)
    _save(draw_endoscopy(volume, course, plain=True), folder, f"{PLAIN}endoscopy.png", spoken)
    return [folder / f"{PLAIN}{name}" for name in NAMES if name.endswith(".png")]


def _more(
    volume: Volume, course: NerveCourse, folder: Path, spoken: Mapping[str, Say]
) -> list[str]:
    """The endoscopies that are drawn on request alone."""
    drawn = {RAW: draw_endoscopy(volume, course, raw=True)}
    if any(strand.kind != "nerve" for strand in course.vessels):
        drawn[DISTANCE] = draw_endoscopy(volume, course, colour_by="distance")
    for name, canvas in drawn.items():
        _save(canvas, folder, name, spoken)
    return list(drawn)


def _save(canvas: Canvas, folder: Path, name: str, languages: Mapping[str, Say]) -> None:
    """One page in each language."""
    for language, say in languages.items():
        (folder / language).mkdir(exist_ok=True)
        canvas.save(folder / language / name, say)


def _course(nerve: Mapping[str, Any] | NerveCourse) -> NerveCourse:
    return nerve if isinstance(nerve, NerveCourse) else NerveCourse.from_json(nerve)
