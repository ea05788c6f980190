"""Bytes of pictures, each behind its own permission."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imaging.models import Series
from imaging.render.canvas import can_write_chinese, in_english
from imaging.render.course import NerveCourse
from imaging.render.profile import profile_svg
from imaging.render.sampling import Window
from imaging.render.slices import ORIENTATIONS, Orientation, SliceView, slice_png
from imaging.services import cases, quality, results, viewing
from imaging.services.results import Picture
from imaging.volumes import volume_of, window_of
from studysite.core.errors import Invalid, NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action
from studysite.core.said import say

PART = "application/octet-stream"


@page(Action.SEE_IMAGES)
def slice_picture(request: StudyRequest, pk: int, axis: str, number: int) -> HttpResponse:
    """One slice of a series, as the screen shows it."""
    series = quality.find_series(by=request.user, pk=pk, action=Action.SEE_IMAGES)
    if axis not in ORIENTATIONS:
        raise NotThere(_("There is no such plane."))
    window, level = request.GET.get("window", ""), request.GET.get("level", "")
    tag = _tag(series.sha256, axis, number, window, level)
    return _answer(request, tag, "image/png", lambda: _slice(series, axis, number, window, level))


def _slice(series: Series, axis: Orientation, number: int, window: str, level: str) -> bytes:
    volume = volume_of(series)
    view = SliceView.of(volume, axis)
    if number >= view.count:
        raise NotThere(_("There is no such slice."))
    return slice_png(volume, view, number, _window(series, window, level))


def _window(series: Series, window: str, level: str) -> Window:
    if not window and not level:
        return window_of(series)
    try:
        width, middle = float(window), float(level)
    except ValueError as error:
        raise Invalid(_("Window and level are numbers.")) from error
    if not 0 < width < 1e9 or not abs(middle) < 1e9:
        raise Invalid(_("The window is wider than nothing."))
    return Window(middle - width / 2, middle + width / 2)


@page(Action.SEE_MEASUREMENTS)
def measured_picture(request: StudyRequest, pk: int, side: str, name: str) -> HttpResponse:
    """A picture of a measured nerve."""
    measurement = results.find_measurement(by=request.user, pk=pk)
    tag = _tag(measurement.result_sha256, side, name, get_language())
    return _answer(
        request,
        tag,
        "image/png",
        lambda: results.picture_bytes(measurement, Picture(side, name), results.PICTURES),
    )


@page(Action.SEE_IMAGES)
def measured_part(request: StudyRequest, pk: int, side: str, name: str) -> HttpResponse:
    """What the viewer draws a measured scan from."""
    measurement = results.find_measurement(by=request.user, pk=pk, action=Action.SEE_IMAGES)
    stored = viewing.parts_for(measurement).get(side, {}).get(name, "")
    return _answer(
        request,
        _tag(stored, side, name),
        PART,
        lambda: viewing.part_bytes(measurement, side, name),
        encoding="gzip",
    )


@page(Action.SEE_MEASUREMENTS)
def profile(request: StudyRequest, pk: int) -> HttpResponse:
    """The cross-sectional area along both nerves."""
    measurement = results.find_measurement(by=request.user, pk=pk)
    nerves = {
        side: nerve
        for side, nerve in (measurement.result or {}).get("nerves", {}).items()
        if nerve["status"] == "measured"
    }
    if not nerves:
        raise NotThere(_("There is no measured nerve to plot."))
    return _answer(
        request,
        _tag(measurement.result_sha256, get_language()),
        "image/svg+xml",
        lambda: _plot(nerves),
    )


@page(Action.READ_CASE)
def read_picture(request: StudyRequest, reading_id: str, name: str) -> HttpResponse:
    """A picture of a blinded case: of the techniques it is read in, and of no other. It carries no
    tag: the same tag on two cases would tell that they are one."""
    case = cases.find_case(by=request.user, reading_id=reading_id)
    side, _dash, file = name.partition("-")
    content = results.picture_bytes(
        case.source, Picture(side, file), results.names_for(case.techniques)
    )
    answer = HttpResponse(content, content_type="image/png")
    answer["Cache-Control"] = "private, no-store"
    return answer


@page(Action.READ_CASE)
def read_part(request: StudyRequest, reading_id: str, name: str) -> HttpResponse:
    """What the viewer draws a blinded case from: of the techniques it is read in, and of no
    other."""
    case = cases.find_case(by=request.user, reading_id=reading_id)
    side, _dash, file = name.partition("-")
    content = viewing.part_bytes(case.source, side, file, case.techniques)
    answer = HttpResponse(content, content_type=PART)
    answer["Content-Encoding"] = "gzip"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _plot(nerves: Mapping[str, Mapping[str, Any]]) -> bytes:
    courses = {side: NerveCourse.from_json(nerve) for side, nerve in nerves.items()}
    chinese = (get_language() or "").startswith("zh") and can_write_chinese()
    return profile_svg(courses, say if chinese else in_english)


def _tag(*parts: object) -> str:
    """Opaque, so that it tells nothing of what it was made from."""
    return f'"{hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]}"'


def _answer(
    request: StudyRequest,
    tag: str,
    content_type: str,
    make: Callable[[], bytes],
    *,
    encoding: str = "",
) -> HttpResponse:
    """The picture, or that the browser has it already. Each look asks again who may see it."""
    known = get_conditional_response(request, etag=tag)
    answer = known or HttpResponse(make(), content_type=content_type)
    if encoding and known is None:
        answer["Content-Encoding"] = encoding
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer
