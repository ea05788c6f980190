"""Suggested end points: asked for, and waited for."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from imaging.services import quality
from imaging.services.suggesting import ask_suggestion, suggestion_job
from studysite.core.gate import StudyRequest, page
from studysite.core.models import JobState
from studysite.core.roles import Action


def _filled(pk: int) -> str:
    return reverse("imaging:series", args=[pk]) + "?from=suggested"


@page(Action.MEASURE)
@require_POST
def ask(request: StudyRequest, pk: int) -> HttpResponse:
    """Ask for suggested end points of a series."""
    row = quality.find_series(by=request.user, pk=pk, action=Action.MEASURE)
    ask_suggestion(by=request.user, series=row)
    return redirect(_filled(pk))


@page(Action.MEASURE)
def suggestion(request: StudyRequest, pk: int) -> HttpResponse:
    """How far the looking is; asks for itself while it goes on, then the page of the series comes
    with what was found."""
    row = quality.find_series(by=request.user, pk=pk, action=Action.MEASURE)
    job = suggestion_job(row)
    if not request.htmx:
        return redirect(_filled(pk))
    if job is None or job.state == JobState.DONE:
        return HttpResponse(headers={"HX-Redirect": _filled(pk)})
    return render(request, "imaging/_suggesting.html", {"series": row, "job": job})
