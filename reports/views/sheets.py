"""The reports that are sections of tables: each as a page, as a PDF, with the records behind its
numbers, and kept."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reports.catalog.case_summary import LANGUAGES
from reports.catalog.sheets import SHEETS, Report
from reports.outcome_forms import KeptReportForm
from reports.services import kept
from reports.services.sheets import make_sheet, records_of
from reports.views.kept import as_file, file_asked, list_context
from studysite.core.access import may
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action

View = Callable[..., HttpResponseBase]


def page_of(report: Report) -> View:
    """The page of one report."""

    @require_safe
    @page(report.action)
    def show(request: StudyRequest) -> HttpResponse:
        return _show(request, report, KeptReportForm())

    return show


def make_of(report: Report) -> View:
    """Asking for the report to be kept, as it is now."""

    @require_POST
    @page(report.action)
    def make(request: StudyRequest) -> HttpResponse:
        form = KeptReportForm(request.POST)
        if form.is_valid():
            with form.refusing():
                made = kept.ask_report(by=request.user, kind=report.key, **form.cleaned_data)
                sentence = _("Version %(version)s of the report is being made.")
                messages.success(request, sentence % {"version": made.version})
                return redirect(report.route)
        return _show(request, report, form)

    return make


def kept_of(report: Report) -> View:
    """The kept ones alone; the list asks for itself while one is being made."""

    @require_safe
    @page(report.action)
    def show(request: StudyRequest) -> HttpResponse:
        return render(request, "reports/_kept_reports.html", _kept(request, report))

    return show


def records_behind(report: Report) -> View:
    """The records that one number of the report counts."""

    @require_safe
    @page(report.action)
    def show(request: StudyRequest) -> HttpResponse:
        cell = request.GET.get("cell", "")
        context = {
            "lines": records_of(by=request.user, key=report.key, cell=cell),
            "title": report.title(),
            "back": reverse(report.route),
            "room": "sheets",
        }
        return render(request, "reports/sheet_records.html", context)

    return show


def pdf_of(report: Report) -> View:
    """The same as a PDF, in the language of the page or the one asked for."""

    @require_safe
    @page(report.action)
    def show(request: StudyRequest) -> HttpResponse:
        here = get_language() or "en"
        asked = request.GET.get("language", here if here in LANGUAGES else "en")
        pdf = make_sheet(by=request.user, key=report.key, language=asked)
        name = f"{report.key.replace('_', '-')}-{timezone.localdate():%Y-%m-%d}.pdf"
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return HttpResponse(pdf.content, content_type="application/pdf", headers=headers)

    return show


@require_safe
@page(Action.KEEP_REPORT)
def kept_file(request: StudyRequest, pk: int) -> HttpResponse:
    """The file of a kept report: the PDF, or with `kind=json` the numbers."""
    row = kept.find_report(by=request.user, pk=pk, kinds=kept.conduct_kinds())
    file = file_asked(request)
    return as_file(row, kept.open_report(by=request.user, report=row, file=file), file)


def _show(request: StudyRequest, report: Report, form: KeptReportForm) -> HttpResponse:
    now = timezone.now()
    context = {
        "sheet": report.sheet_of(request.user, now),
        "pdf": reverse(f"sheets:{report.key}_pdf"),
        "make": reverse(f"sheets:{report.key}_make"),
        "may_make": may(request.user, Action.KEEP_REPORT),
        "kept_form": form,
        "others": [
            (reverse(other.route), other.title(), other is report)
            for other in SHEETS.values()
            if may(request.user, other.action)
        ],
        "at": now,
        "room": "sheets",
    } | _kept(request, report)
    return render(request, "reports/sheet_page.html", context, status=form.status)


def _kept(request: StudyRequest, report: Report) -> dict[str, object]:
    return list_context(request.user, [report.key], f"sheets:{report.key}_kept")
