"""Scans arrive by the web: in one send of a plain form, or file by file from js/upload.js."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imaging.models import Intake
from imaging.models.intake import Door
from imaging.services import intake as arrivals
from imaging.services import retrying
from imaging.webforms import UploadForm
from studysite.core.errors import Invalid, StudyError
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@page(Action.UPLOAD_SCAN)
def upload(request: StudyRequest) -> HttpResponse:
    """The place to drop scans; without a script it takes them all in one send."""
    number = request.GET.get("participant", "")
    form = UploadForm(request.POST or None, by=request.user, initial={"participant": number})
    if request.method == "POST" and form.is_valid():
        with form.refusing():
            return redirect("imaging:arrival", _take(request, form).pk)
    return render(
        request, "imaging/upload.html", {"room": "upload", "form": form}, status=form.status
    )


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
    places = {name: reverse(f"imaging:{name}", args=[intake.pk]) for name in ("files", "close")}
    return JsonResponse(places | {"page": reverse("imaging:arrival", args=[intake.pk])}, status=201)


@page(Action.UPLOAD_SCAN)
@require_POST
def add_file(request: StudyRequest, pk: UUID) -> JsonResponse:
    """Take one file; it is on disk when this answers."""
    intake = arrivals.find_intake(by=request.user, pk=pk)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Invalid(_("No file was sent."), code="no_files")
        row = arrivals.add_file(by=request.user, intake=intake, stream=file)
    except StudyError as refusal:
        return _refused(refusal)
    return JsonResponse({"number": row.number, "size": row.size, "sha256": row.sha256}, status=201)


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
