"""The outcomes: the page, the records behind each number, the kept reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reports.catalog import registry_results as registry_sheet
from reports.catalog.outcomes import facts, sheet_of
from reports.models import DocumentState, StudyReport
from reports.outcome_forms import KeptOutcomesForm, OutcomeFilterForm
from reports.outcomes.document import standing
from reports.outcomes.filters import Filters
from reports.outcomes.words import side_of
from reports.services import outcomes as service
from studysite.core.access import may
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.models import JobState, User
from studysite.core.roles import Action

UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)
TYPES = {"pdf": "application/pdf", "json": "application/json"}


@require_safe
@page(Action.SEE_OUTCOMES)
def outcomes(request: StudyRequest) -> HttpResponse:
    """Everything that the trial asks, narrowed to what is chosen. A big study shows the newest kept
    report; a worker makes the next one."""
    return _show(request, KeptOutcomesForm())


@require_safe
@page(Action.SEE_OUTCOMES)
def cases(request: StudyRequest) -> HttpResponse:
    """The records that one number was computed from."""
    filters = _form(request).chosen()
    document, _kept = _document(request.user, filters)
    records = (
        document["records"].get(request.GET.get("cell", "flow.screened")) if document else None
    )
    if records is None:
        raise NotThere(_("There is no such number in the outcomes."))
    numbers = {record.partition("/")[0] for record in records}
    people = service.people_of(request.user).filter(number__in=numbers)
    known = {row.number: row for row in people}
    context = {
        "lines": [(known[n], side_of(r)) for r in records if (n := r.partition("/")[0]) in known],
        "facts": facts(document) if document else [],
        "back": _address("outcomes:outcomes", filters),
        "room": "outcomes",
    }
    return render(request, "reports/outcome_cases.html", context)


@require_safe
@page(Action.SEE_OUTCOMES)
def registry(request: StudyRequest) -> HttpResponse:
    """The outcomes in the registry's shape, as tables."""
    filters = _form(request).chosen()
    document, _kept = _document(request.user, filters)
    context = {
        "sheet": registry_sheet.sheet_of(document) if document else None,
        "query": urlencode(filters.chosen()),
        "room": "outcomes",
    }
    return render(request, "reports/registry_page.html", context)


@require_safe
@page(Action.SEE_OUTCOMES)
def registry_json(request: StudyRequest) -> HttpResponse:
    """The same as JSON, to be uploaded."""
    document, _kept = _document(request.user, _form(request).chosen())
    if document is None:
        raise NotThere(_("The outcomes are not computed yet."))
    content = json.dumps(registry_sheet.results(document), ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": 'attachment; filename="results.json"'}
    return HttpResponse(content, content_type="application/json", headers=headers)


@require_POST
@page(Action.MAKE_OUTCOMES)
def make(request: StudyRequest) -> HttpResponse:
    """Ask for a report that is kept."""
    form, filters = KeptOutcomesForm(request.POST), _form(request).chosen()
    if form.is_valid():
        with form.refusing():
            made = service.ask_outcomes(by=request.user, filters=filters, **form.cleaned_data)
            sentence = _("Version %(version)s of the outcomes is being made.")
            messages.success(request, sentence % {"version": made.version})
            return redirect(_address("outcomes:outcomes", filters))
    return _show(request, form)


@require_safe
@page(Action.SEE_OUTCOMES)
def report_list(request: StudyRequest) -> HttpResponse:
    """The kept reports alone; the list asks for itself while one is being made."""
    return render(request, "reports/_outcome_reports.html", _list_context(request.user))


@require_safe
@page(Action.SEE_OUTCOMES)
def report(request: StudyRequest, pk: int) -> HttpResponse:
    """The file of a kept report: the PDF, or with `kind=json` the numbers."""
    row = service.find_report(by=request.user, pk=pk)
    kind = "json" if request.GET.get("kind") == "json" else "pdf"
    path = service.open_report(by=request.user, report=row, kind=kind)
    headers = {"Content-Disposition": f'attachment; filename="outcomes-v{row.version}.{kind}"'}
    return HttpResponse(path.read_bytes(), content_type=TYPES[kind], headers=headers)


def _show(request: StudyRequest, kept_form: KeptOutcomesForm) -> HttpResponse:
    form = _form(request)
    filters = form.chosen()
    document, kept = _document(request.user, filters)

    def where(cell: str) -> str:
        return _address("outcomes:cases", filters, cell=cell)

    context = {
        "form": form,
        "kept_form": kept_form,
        "sheet": sheet_of(document, where) if document else None,
        "data": document["data"] if document else None,
        "kept": kept,
        "query": urlencode(filters.chosen()),
        "may_make": may(request.user, Action.MAKE_OUTCOMES),
        "room": "outcomes",
    } | _list_context(request.user)
    return render(request, "reports/outcomes_page.html", context, status=kept_form.status)


def _form(request: StudyRequest) -> OutcomeFilterForm:
    data = request.GET if request.GET else None
    return OutcomeFilterForm(data or {}, user=request.user, blinded=standing().blinded)


def _document(user: User, filters: Filters) -> tuple[Mapping[str, Any] | None, StudyReport | None]:
    """The outcomes as they are now; of a big study those of its newest report, if there is one."""
    if not service.too_many(user):
        return service.outcomes_now(by=user, filters=filters), None
    kept = service.newest_made(user, filters)
    if kept is None:
        return None, None
    return json.loads(service.report_path(kept, "json").read_bytes()), kept


def _address(name: str, filters: Filters, **more: str) -> str:
    chosen = urlencode({**filters.chosen(), **more})
    return f"{reverse(name)}?{chosen}"


def _list_context(user: User) -> dict[str, Any]:
    reports = service.reports_of(user)
    waiting = any(
        row.state == DocumentState.ASKED and row.job and row.job.state in UNDER_WAY
        for row in reports
    )
    return {"reports": reports, "waiting": waiting}
