"""Exports: asked for, waited for, taken away."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from reports.exports.formats import FORMATS, find_format
from reports.exports.scope import scope_of
from reports.models import DocumentState
from reports.services import exports as service
from reports.webforms import ExportForm
from studysite.core.gate import StudyRequest, page
from studysite.core.models import JobState, User
from studysite.core.roles import Action

UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)


@require_safe
@page(Action.EXPORT)
def exports(request: StudyRequest) -> HttpResponse:
    """What was exported, and the form to ask for more."""
    return _show(request, ExportForm())


@require_safe
@page(Action.EXPORT)
def export_list(request: StudyRequest) -> HttpResponse:
    """The list alone; it asks for itself while a file is being made."""
    return render(request, "reports/_export_list.html", _list_context(request.user))


@require_POST
@page(Action.EXPORT)
def make(request: StudyRequest) -> HttpResponse:
    """Ask for an export."""
    form = ExportForm(request.POST)
    if form.is_valid():
        with form.refusing():
            service.ask_export(by=request.user, **form.cleaned_data)
            return redirect("exports:exports")
    return _show(request, form)


@require_safe
@page(Action.EXPORT)
def export_file(request: StudyRequest, pk: int) -> FileResponse:
    """The file of a finished export."""
    row = service.find_export(by=request.user, pk=pk)
    path = service.open_export(by=request.user, export=row)
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=service.file_name(row),
        content_type=find_format(row.format).media_type,
    )


def _show(request: StudyRequest, form: ExportForm) -> HttpResponse:
    scope = scope_of(request.user)
    context = _list_context(request.user) | {
        "form": form,
        "sites": ", ".join(scope.sites),
        "whole": scope.whole,
        "sees_arm": scope.shows("arm"),
        "sees_clinical": scope.shows("clinical"),
    }
    return render(request, "reports/exports.html", context, status=form.status)


def _list_context(user: User) -> dict[str, Any]:
    rows = service.visible_exports(by=user)
    return {
        "exports": [(row, FORMATS[row.format].label) for row in rows if row.format in FORMATS],
        "waiting": any(
            row.state == DocumentState.ASKED and row.job and row.job.state in UNDER_WAY
            for row in rows
        ),
    }
