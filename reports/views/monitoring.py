"""The monitor's desk, and the same as a PDF."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from enrollment.protocol.loader import current
from reports.catalog.case_summary import LANGUAGES
from reports.monitoring import desk_of
from reports.services.monitoring import make_monitoring_report
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@require_safe
@page(Action.SEE_MONITORING)
def desk(request: StudyRequest) -> HttpResponse:
    """Per site: participants, queries, verification, what is missing, what departed."""
    context = {"desk": desk_of(request.user), "plan": current().verification}
    return render(request, "reports/monitoring.html", context)


@require_safe
@page(Action.SEE_MONITORING)
def report(request: StudyRequest) -> HttpResponse:
    """The desk as a PDF, in the language of the page or the one asked for."""
    here = get_language() or "en"
    asked = request.GET.get("language", here if here in LANGUAGES else "en")
    pdf = make_monitoring_report(by=request.user, language=asked)
    name = f"monitoring-{timezone.localdate():%Y-%m-%d}.pdf"
    return HttpResponse(
        pdf.content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
