"""The analyst's bench: points and outlines in the viewer, with the measurement beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from imaging.models import Measurement, MeasurementState, Series
from imaging.nerve.corrected import fitted
from imaging.nerve_words import nerve_columns
from imaging.picture_words import side_word
from imaging.services import quality, viewing
from imaging.services.bench import closed_sentence, series_part_bytes
from imaging.services.measurement import MOST_WAYPOINTS
from imaging.viewer import Viewing, area_profile
from imaging.viewer import viewing as viewing_of
from imaging.views.pictures import PART
from imaging.webforms import ENDS
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action

SIDES = ("left", "right")


@page(Action.MEASURE)
def bench(request: StudyRequest, pk: int) -> HttpResponse:
    """The bench of a series, with the version that `from` names open, else the newest."""
    series = quality.find_series(by=request.user, pk=pk, action=Action.MEASURE)
    if not series.measurable:
        raise NotThere(_("The protocol does not measure the nerve on this series."))
    versions = list(series.measurements.select_related("by", "corrects"))
    row = _opened(request.GET.get("from", ""), versions)
    context = {
        "room": "imaging",
        "series": series,
        "measurement": row,
        "columns": nerve_columns(row) if row else [],
        "versions": versions,
        "nerves": [points_of(side) for side in SIDES],
        "viewing": _viewing(series, row),
        "bench": script_data(series, row, versions[0].version if versions else 0),
        "closed": closed_sentence(series),
    }
    return render(request, "imaging/bench.html", context)


@page(Action.SEE_IMAGES)
def series_part(request: StudyRequest, pk: int, name: str) -> HttpResponse:
    """The voxels of a series that has no measured version yet."""
    series = quality.find_series(by=request.user, pk=pk, action=Action.SEE_IMAGES)
    answer = HttpResponse(series_part_bytes(series, name), content_type=PART)
    answer["Content-Encoding"] = "gzip"
    return answer


def _opened(wanted: str, versions: list[Measurement]) -> Measurement | None:
    if not wanted:
        return versions[0] if versions else None
    found = [row for row in versions if wanted.isdecimal() and row.pk == int(wanted)]
    if not found:
        raise NotThere(_("There are no such end points for this series."))
    return found[0]


def _viewing(series: Series, row: Measurement | None) -> Viewing | None:
    """All views of both sides: those of a nerve that is not measured yet are filled later."""
    parts = viewing.parts_for(row) if row else {}
    if parts and row:
        measured = _measured(row)
        made = viewing_of(
            parts,
            viewing.TECHNIQUES,
            lambda side, name: reverse("imaging:measured_part", args=[row.pk, side, name]),
            {side: area_profile(nerve) for side, nerve in measured.items()},
            row.view,
        )
    else:
        names = dict.fromkeys(viewing.SCAN_PARTS, "")
        made = viewing_of(
            {viewing.BOTH: names},
            viewing.TECHNIQUES,
            lambda side, name: reverse("imaging:series_part", args=[series.pk, name]),
        )
    return replace(made, sides=SIDES) if made else None


def _measured(row: Measurement) -> dict[str, Any]:
    nerves = (row.result or {}).get("nerves", {})
    return {side: nerve for side, nerve in nerves.items() if nerve["status"] == "measured"}


def points_of(side: str) -> dict[str, Any]:
    """The rows of one nerve's points, from the brainstem to the canal."""
    ends = [
        {"key": f"{side}/{end}", "shape": end, "label": label, "way": False}
        for end, label in ENDS.items()
    ]
    ways = [
        {
            "key": f"{side}/way/{row}",
            "shape": "way",
            "label": _("Way-point %(number)s") % {"number": row + 1},
            "way": True,
        }
        for row in range(MOST_WAYPOINTS)
    ]
    return {"side": side, "label": side_word(side), "points": [ends[0], *ways, ends[1]]}


def script_data(series: Series, row: Measurement | None, newest: int) -> dict[str, Any]:
    """What the bench's script reads."""
    measured = _measured(row) if row else {}
    done = row is not None and row.state == MeasurementState.MEASURED
    at = [row.pk] if row else [0]
    return {
        "version": row.pk if row else None,
        "newest": newest,
        "ends": row.ends if row else {},
        "outlines": row.outlines if row else {},
        "sections": {
            side: [
                {"arc": each["arc_mm"], "area": each["area_mm2"]}
                for each in fitted(nerve)["profile"]
            ]
            for side, nerve in measured.items()
        },
        "bench": reverse("imaging:bench", args=[series.pk]),
        "measure": reverse("api:measurements", args=[series.pk]),
        "suggest": reverse("api:suggested_ends", args=[series.pk]),
        "correct": reverse("api:corrections", args=at) if done else "",
        "measurement": reverse("api:measurement", args=[0]),
        "compare": reverse("imaging:compare", args=[*at, 0]),
        "words": _words(),
    }


def _words() -> dict[str, str]:
    return {
        "at": _("at"),
        "fit": _("fitted"),
        "drawn": _("by hand"),
        "failed": _("That did not come through. Try again."),
        "confirm": _("Suggested end points are used once you confirm them."),
        "suggested": _(
            "Suggested from the image alone: look at each point, move it where it is off, then "
            "confirm."
        ),
        "none": _("No end points are suggested."),
        "no_section": _("Outlines are drawn on a measured nerve: choose its side first."),
        "done": _("The new version is open; the one before is beside it below."),
    }
