"""The dashboard of whoever is signed in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.catalog.sheet import Sheet
from reports.catalog.sheets import SHEETS
from reports.dashboard import sections_of
from studysite.core.access import may
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@require_safe
@page(Action.SEE_WORKLIST)
def dashboard(request: StudyRequest) -> HttpResponse:
    """How the study stands, as far as the person may see it."""
    context = {
        "sheet": Sheet(title="", sections=sections_of(request.user)),
        "at": timezone.now(),
        "reports": [each for each in SHEETS.values() if may(request.user, each.action)],
        "room": "worklist",
    }
    return render(request, "reports/dashboard.html", context)
