"""Scans arrive by the web: in one send of a plain form, or in pieces from js/upload.js."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from imaging.models import Intake
from imaging.models.intake import Door
from imaging.services import intake as arrivals
from imaging.services import pieces, retrying
from imaging.webforms import UploadForm
from studysite.core.errors import Invalid, StudyError
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action

NO_KEY = UUID(int=0)
MOST_DIGITS = 15
MOST_NOT_ENDED = 10


@page(Action.UPLOAD_SCAN)
def upload(request: StudyRequest) -> HttpResponse:
    """The place to drop scans; without a script it takes them all in one send."""
    number = request.GET.get("participant", "")
    form = UploadForm(request.POST or None, by=request.user, initial={"participant": number})
    if request.method == "POST" and form.is_valid():
        with form.refusing():
            return redirect("imaging:arrival", _take(request, form).pk)
    not_ended = [(row, _places(row)) for row in pieces.not_ended(request.user)[:MOST_NOT_ENDED]]
    context = {"room": "upload", "form": form, "not_ended": not_ended}
    return render(request, "imaging/upload.html", context, status=form.status)


def _take(request: StudyRequest, form: UploadForm) -> Intake:
    files = [file for file in request.FILES.getlist("files") if file.name]
    if not files:
        raise Invalid(_("No file was chosen."), code="no_files")
    intake = _open(request, form)
    for file in files:
        arrivals.add_file(by=request.user, intake=intake, stream=file)
    return arrivals.close_intake(by=request.user, intake=intake)


def _open(request: StudyRequest, form: UploadForm) -> Intake:
    number = form.cleaned_data["participant"]
    whose = arrivals.find_participant(by=request.user, number=number) if number else None
    return arrivals.open_intake(by=request.user, door=Door.UPLOAD, participant=whose)


@page(Action.UPLOAD_SCAN)
@require_POST
def open_arrival(request: StudyRequest) -> JsonResponse:
    """Begin an arrival whose files follow one by one."""
    form = UploadForm(request.POST, by=request.user)
    if not form.is_valid():
        sentences = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"sentence": " ".join(sentences)}, status=422)
    try:
        intake = _open(request, form)
    except StudyError as refusal:
        return _refused(refusal)
    return JsonResponse(_places(intake), status=201)


def _places(intake: Intake) -> dict[str, str]:
    """Where the pieces of a file go, its key for KEY; where the end is told; and the page."""
    return {
        "pieces": reverse("imaging:piece", args=[intake.pk, NO_KEY]).replace(str(NO_KEY), "KEY"),
        "close": reverse("imaging:close", args=[intake.pk]),
        "page": reverse("imaging:arrival", args=[intake.pk]),
    }


@page(Action.UPLOAD_SCAN)
@require_http_methods(["GET", "POST"])
def piece(request: StudyRequest, pk: UUID, key: UUID) -> JsonResponse:
    """Take a piece of a file, which is on disk when this answers; or say how much there is."""
    intake = arrivals.find_intake(by=request.user, pk=pk)
    try:
        if request.method == "POST":
            at, size = _number(request, "at"), _number(request, "size")
            came = pieces.add_piece(
                by=request.user, intake=intake, key=key, at=at, size=size, stream=request
            )
        else:
            came = pieces.so_far(by=request.user, intake=intake, key=key)
    except StudyError as refusal:
        return _refused(refusal)
    number = came.file.number if came.file else None
    return JsonResponse({"at": came.at, "whole": came.file is not None, "number": number})


def _number(request: StudyRequest, name: str) -> int:
    given = request.GET.get(name, "")
    if not (given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS):
        raise Invalid(_("Where a piece begins and how long its file is are whole numbers."))
    return int(given)


@page(Action.UPLOAD_SCAN)
@require_POST
def close_arrival(request: StudyRequest, pk: UUID) -> HttpResponse:
    """End an arrival and ask for the work on it."""
    intake = arrivals.find_intake(by=request.user, pk=pk)
    arrivals.close_intake(by=request.user, intake=intake)
    return redirect("imaging:arrival", pk)


def _refused(refusal: StudyError) -> JsonResponse:
    return JsonResponse({"sentence": str(refusal), "code": refusal.code}, status=refusal.status)


@page(Action.UPLOAD_SCAN)
def arrival(request: StudyRequest, pk: UUID) -> HttpResponse:
    """What became of one arrival, and how far the work is; asks for itself while it goes on."""
    intake = arrivals.find_intake(by=request.user, pk=pk)
    template = "imaging/_arrival.html" if request.htmx else "imaging/arrival.html"
    return render(request, template, {"room": "upload", "intake": intake, "job": intake.job})


@page(Action.UPLOAD_SCAN)
@require_POST
def retry_arrival(request: StudyRequest, pk: UUID) -> HttpResponse:
    """Work on an arrival again whose job failed."""
    intake = arrivals.find_intake(by=request.user, pk=pk)
    retrying.retry(by=request.user, job=intake.job, site=intake.site)
    return redirect("imaging:arrival", pk)
