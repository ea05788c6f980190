"""Two versions of a measurement beside each other."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imaging.models import Measurement
from imaging.nerve_words import value_words
from imaging.picture_words import side_word
from imaging.render.canvas import can_write_chinese, in_english
from imaging.render.course import NerveCourse
from imaging.render.profile_pair import pair_svg
from imaging.services.comparing import SIDES, Comparison, compared
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action
from studysite.core.said import say


@page(Action.SEE_MEASUREMENTS)
def compare(request: StudyRequest, pk: int, other: int) -> HttpResponse:
    """Profiles over each other, the values with their differences, the points."""
    found = compared(by=request.user, pk=pk, other=other)
    series = found.later.series
    context = {
        "room": "imaging",
        "found": found,
        "series": series,
        "versions": series.measurements.exclude(state="asked"),
        "nerves": [_side(found, side) for side in SIDES],
    }
    return render(request, "imaging/compare.html", context)


def _side(found: Comparison, side: str) -> dict[str, object]:
    """One nerve's part of the page."""
    values = [row for row in found.values if row.side == side]
    labels = value_words()
    return {
        "side": side,
        "label": side_word(side),
        "plotted": bool(_courses(found, side)),
        "values": [(labels[row.name], row) for row in values],
        "points": [row for row in found.points if row.side == side],
    }


def _courses(found: Comparison, side: str) -> dict[int, NerveCourse]:
    return {
        row.version: NerveCourse.from_json(nerve)
        for row in (found.earlier, found.later)
        if (nerve := _nerve(row, side))
    }


def _nerve(row: Measurement, side: str) -> dict[str, object]:
    nerve = (row.result or {}).get("nerves", {}).get(side) or {}
    return nerve if nerve.get("status") == "measured" else {}


@page(Action.SEE_MEASUREMENTS)
def profiles(request: StudyRequest, pk: int, other: int, side: str) -> HttpResponse:
    """The area along one nerve in both versions."""
    found = compared(by=request.user, pk=pk, other=other)
    courses = _courses(found, side)
    if not courses:
        raise NotThere(_("There is no measured nerve to plot."))
    chinese = (get_language() or "").startswith("zh") and can_write_chinese()
    content = pair_svg(courses, side, say if chinese else in_english)
    return HttpResponse(content, content_type="image/svg+xml")
