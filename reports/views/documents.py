"""Documents of a participant: asked for, waited for, read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from enrollment.journey import State
from enrollment.models import Participant
from enrollment.services import way
from reports.case.content import case_of
from reports.models import Document, DocumentState
from reports.services import case_summary as service
from reports.services.signing import must_be_renewed
from reports.webforms import SummaryForm
from studysite.core.access import may
from studysite.core.gate import StudyRequest, page
from studysite.core.models import JobState, User
from studysite.core.roles import Action

UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)


@require_safe
@page(Action.SEE_CASE_SUMMARY)
def participant_documents(request: StudyRequest, number: str) -> HttpResponse:
    """Documents and signatures: a part of the participant's page, or a page of its own."""
    row = way.find(by=request.user, number=number, action=Action.SEE_CASE_SUMMARY)
    return _show(request, row, SummaryForm())


@require_safe
@page(Action.SEE_CASE_SUMMARY)
def document_list(request: StudyRequest, number: str) -> HttpResponse:
    """The list alone; it asks for itself while a document is being made."""
    row = way.find(by=request.user, number=number, action=Action.SEE_CASE_SUMMARY)
    return render(request, "reports/_document_list.html", _list_context(row))


@require_POST
@page(Action.MAKE_CASE_SUMMARY)
def make(request: StudyRequest, number: str) -> HttpResponse:
    """Ask for the next version of the case summary."""
    row = way.find(by=request.user, number=number, action=Action.MAKE_CASE_SUMMARY)
    form = SummaryForm(request.POST)
    if form.is_valid():
        with form.refusing():
            made = service.ask_case_summary(by=request.user, participant=row, **form.cleaned_data)
            sentence = _("Version %(version)s of the case summary is being made.")
            messages.success(request, sentence % {"version": made.version})
            return redirect("reports:participant_documents", row.number)
    return _show(request, row, form)


@require_safe
@page(Action.SEE_CASE_SUMMARY)
def document(request: StudyRequest, pk: int) -> HttpResponse:
    """The file of a finished document, under a name without identity."""
    row = service.find_document(by=request.user, pk=pk)
    path = service.open_document(by=request.user, document=row)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(row)}"'}
    return HttpResponse(path.read_bytes(), content_type="application/pdf", headers=headers)


def file_name(row: Document) -> str:
    """The subject number, the kind and the version."""
    return f"{row.participant.number}-case-summary-v{row.version}.pdf"


def _show(request: StudyRequest, row: Participant, form: SummaryForm) -> HttpResponse:
    part = "reports/_participant_documents.html"
    context = _list_context(row) | _case_context(request.user, row) | {"form": form}
    template = part if request.htmx else "reports/participant_documents.html"
    return render(request, template, context, status=form.status)


def _list_context(row: Participant) -> dict[str, Any]:
    documents = list(row.documents.select_related("job", "by").order_by("-version"))
    return {
        "participant": row,
        "documents": documents,
        "waiting": any(
            one.state == DocumentState.ASKED and one.job and one.job.state in UNDER_WAY
            for one in documents
        ),
    }


def _case_context(user: User, row: Participant) -> dict[str, Any]:
    """The signatures, and what the person may do with the case now."""
    renew = must_be_renewed(row)
    return {
        "room": "enrollment",
        "signatures": case_of(row).signatures,
        "may_make": may(user, Action.MAKE_CASE_SUMMARY, row.site),
        "may_sign": may(user, Action.SIGN_CASE, row.site)
        and (row.state == State.SURGERY_RECORDED or renew),
        "may_lock": may(user, Action.LOCK, row.site) and row.state == State.SIGNED and not renew,
    }
