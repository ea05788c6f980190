"""The reports that are sections of tables: each as a page and as a PDF."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from reports.catalog.case_summary import LANGUAGES
from reports.catalog.sheets import SHEETS, Report
from reports.services.sheets import make_sheet
from studysite.core.access import may
from studysite.core.gate import StudyRequest, page

View = Callable[..., HttpResponseBase]


def page_of(report: Report) -> View:
    """The page of one report."""

    @require_safe
    @page(report.action)
    def show(request: StudyRequest) -> HttpResponse:
        context = {
            "sheet": report.sheet_of(request.user),
            "pdf": reverse(f"sheets:{report.key}_pdf"),
            "others": [
                (reverse(f"sheets:{other.key}"), other.title(), other is report)
                for other in SHEETS.values()
                if may(request.user, other.action)
            ],
            "at": timezone.now(),
            "room": "sheets",
        }
        return render(request, "reports/sheet_page.html", context)

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
