"""Measurements: asked for, waited for, looked at."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from imaging.models import Measurement
from imaging.nerve_words import nerve_columns
from imaging.services import measurement as measuring
from imaging.services import quality, results, retrying
from imaging.services import viewing as viewing_parts
from imaging.services.derived import objects_as_zip
from imaging.viewer import area_profile, viewing
from imaging.views.series import show
from imaging.webforms import EndPointsForm
from studysite.core.access import may
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


def as_file(row: Measurement, content: bytes) -> HttpResponse:
    """A zip to keep, under a name that says which measurement it is of."""
    answer = HttpResponse(content, content_type="application/zip")
    name = f"{row.series.participant.number}-{row.series.sequence}-v{row.version}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@page(Action.MEASURE)
@require_POST
def ask(request: StudyRequest, pk: int) -> HttpResponse:
    """Ask for a measurement from the end points that were set."""
    row = quality.find_series(by=request.user, pk=pk, action=Action.MEASURE)
    form = EndPointsForm(request.POST)
    if form.is_valid():
        with form.refusing():
            asked = measuring.ask_measurement(
                by=request.user, series=row, ends=form.ends, reason=form.cleaned_data["reason"]
            )
            return redirect("imaging:measurement", asked.pk)
    return show(request, row, ends_form=form)


@page(Action.SEE_MEASUREMENTS)
def measurement(request: StudyRequest, pk: int) -> HttpResponse:
    """How far a measurement is, or what it came to; asks for itself while it goes on."""
    row = results.find_measurement(by=request.user, pk=pk)
    context = {
        "room": "imaging",
        "measurement": row,
        "series": row.series,
        "job": row.job,
        "nerves": nerve_columns(row),
        "pictures": results.pictures_of(row),
        "versions": row.series.measurements.select_related("by"),
        "may_take_objects": may(request.user, Action.SEE_IMAGES, row.series.participant.site),
        "may_measure": may(request.user, Action.MEASURE, row.series.participant.site),
    }
    template = "imaging/_measurement.html" if request.htmx else "imaging/measurement.html"
    return render(request, template, context)


@page(Action.SEE_IMAGES)
def viewer(request: StudyRequest, pk: int) -> HttpResponse:
    """The scan of a measurement, its nerves laid straight and flown along."""
    row = results.find_measurement(by=request.user, pk=pk, action=Action.SEE_IMAGES)
    nerves = (row.result or {}).get("nerves", {})
    measured = {side: nerve for side, nerve in nerves.items() if nerve["status"] == "measured"}
    context = {
        "room": "imaging",
        "measurement": row,
        "series": row.series,
        "viewing": viewing(
            viewing_parts.parts_for(row),
            viewing_parts.TECHNIQUES,
            lambda side, name: reverse("imaging:measured_part", args=[pk, side, name]),
            {side: area_profile(nerve) for side, nerve in measured.items()},
            row.view,
        ),
    }
    return render(request, "imaging/viewer.html", context)


@page(Action.SEE_IMAGES)
def objects(request: StudyRequest, pk: int) -> HttpResponse:
    """The images, and the standard objects made of the measurement, as DICOM media."""
    row = results.find_measurement(by=request.user, pk=pk, action=Action.SEE_IMAGES)
    return as_file(row, objects_as_zip(by=request.user, measurement=row))


@page(Action.RETRY_JOB)
@require_POST
def retry(request: StudyRequest, pk: int) -> HttpResponse:
    """Measure again where the job failed."""
    row = results.find_measurement(by=request.user, pk=pk)
    retrying.retry(by=request.user, job=row.job, site=row.series.participant.site)
    return redirect("imaging:measurement", pk)
