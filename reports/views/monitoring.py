"""The monitor's desk."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enrollment.protocol.loader import current
from reports.monitoring import desk_of
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@require_safe
@page(Action.SEE_MONITORING)
def desk(request: StudyRequest) -> HttpResponse:
    """Per site: participants, queries, verification, what is missing, what departed."""
    context = {"desk": desk_of(request.user), "plan": current().verification}
    return render(request, "reports/monitoring.html", context)
