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
from reports.catalog.outcomes import KIND, facts, sheet_of
from reports.models import StudyReport
from reports.outcome_forms import KeptOutcomesForm, OutcomeFilterForm
from reports.outcomes.document import standing
from reports.outcomes.filters import Filters
from reports.outcomes.words import side_of
from reports.services import kept
from reports.services import outcomes as service
from reports.services.kept_kinds import OUTCOME_KINDS
from reports.views.kept import as_file, file_asked, list_context
from studysite.core.access import may
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.models import User
from studysite.core.roles import Action

PAGES = {KIND: "outcomes:outcomes", registry_sheet.KEY: "outcomes:registry"}


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
    filters = _form(request).chosen_rightly()
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
    filters = _form(request).chosen_rightly()
    document, _kept = _document(request.user, filters)
    context = {
        "sheet": registry_sheet.sheet_of(document) if document else None,
        "query": urlencode(filters.chosen()),
        "may_make": may(request.user, Action.MAKE_OUTCOMES),
        "kind": registry_sheet.KEY,
        "room": "outcomes",
    } | list_context(request.user, [registry_sheet.KEY], "outcomes:list")
    return render(request, "reports/registry_page.html", context)


@require_safe
@page(Action.SEE_OUTCOMES)
def registry_json(request: StudyRequest) -> HttpResponse:
    """The same as JSON, to be uploaded."""
    document, _kept = _document(request.user, _form(request).chosen_rightly())
    if document is None:
        raise NotThere(_("The outcomes are not computed yet."))
    content = registry_sheet.as_json(document)
    headers = {"Content-Disposition": 'attachment; filename="results.json"'}
    return HttpResponse(content, content_type="application/json", headers=headers)


@require_POST
@page(Action.MAKE_OUTCOMES)
def make(request: StudyRequest) -> HttpResponse:
    """Ask for a report that is kept."""
    form, filters = KeptOutcomesForm(request.POST), _form(request).chosen_rightly()
    if form.is_valid():
        with form.refusing():
            made = kept.ask_outcomes(by=request.user, filters=filters, **form.cleaned_data)
            sentence = _("Version %(version)s of the report is being made.")
            messages.success(request, sentence % {"version": made.version})
            return redirect(_address(PAGES[made.kind], filters))
    return _show(request, form)


@require_safe
@page(Action.SEE_OUTCOMES)
def report_list(request: StudyRequest) -> HttpResponse:
    """The kept reports alone; the list asks for itself while one is being made."""
    return render(
        request,
        "reports/_kept_reports.html",
        list_context(request.user, OUTCOME_KINDS, "outcomes:list"),
    )


@require_safe
@page(Action.SEE_OUTCOMES)
def report(request: StudyRequest, pk: int) -> HttpResponse:
    """The file of a kept report: the PDF, or with `kind=json` the numbers."""
    row = kept.find_report(by=request.user, pk=pk, kinds=OUTCOME_KINDS)
    file = file_asked(request)
    path = kept.open_outcomes(by=request.user, report=row, file=file)
    return as_file(row, path, file)


def _show(request: StudyRequest, kept_form: KeptOutcomesForm) -> HttpResponse:
    form = _form(request)
    filters = form.chosen()
    document, row = _document(request.user, filters)

    def where(cell: str) -> str:
        return _address("outcomes:cases", filters, cell=cell)

    context = {
        "form": form,
        "kept_form": kept_form,
        "sheet": sheet_of(document, where) if document else None,
        "data": document["data"] if document else None,
        "kept": row,
        "query": urlencode(filters.chosen()),
        "may_make": may(request.user, Action.MAKE_OUTCOMES),
        "kind": KIND,
        "room": "outcomes",
    } | list_context(request.user, OUTCOME_KINDS, "outcomes:list")
    return render(request, "reports/outcomes_page.html", context, status=kept_form.status)


def _form(request: StudyRequest) -> OutcomeFilterForm:
    data = request.GET if request.GET else None
    return OutcomeFilterForm(data or {}, user=request.user, blinded=standing().blinded)


def _document(user: User, filters: Filters) -> tuple[Mapping[str, Any] | None, StudyReport | None]:
    """The outcomes as they are now; of a big study those of its newest report, if there is one."""
    if not service.too_many(user):
        return service.outcomes_now(by=user, filters=filters), None
    row = kept.newest_made(user, filters)
    if row is None:
        return None, None
    return json.loads(kept.report_path(row, "json").read_bytes()), row


def _address(name: str, filters: Filters, **more: str) -> str:
    chosen = urlencode({**filters.chosen(), **more})
    return f"{reverse(name)}?{chosen}"
