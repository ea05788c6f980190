"""The log: adverse events and protocol deviations of all participants."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enrollment.listforms import LogForm
from enrollment.loglines import line_of
from enrollment.models import FormEntry
from enrollment.models.forms import LOG
from studysite.core.access import scoped
from studysite.core.gate import StudyRequest, page
from studysite.core.paging import LongPaginator
from studysite.core.roles import Action

PAGE_SIZE = 50


@require_safe
@page(Action.SEE_CLINICAL)
def log(request: StudyRequest) -> HttpResponse:
    """Every adverse event and deviation, newest first."""
    filters = LogForm(request.GET, user=request.user)
    chosen = filters.cleaned_data if filters.is_valid() else {}
    rows = scoped(FormEntry.objects.all(), request.user, Action.SEE_CLINICAL, "participant__site")
    rows = rows.filter(visit=LOG, revision__gt=0).select_related("participant", "by")
    if form := chosen.get("form"):
        rows = rows.filter(form=form)
    if site := chosen.get("site"):
        rows = rows.filter(participant__site=site)
    if chosen.get("serious"):
        rows = rows.filter(form="adverse_event", answers__serious="yes")
    here = LongPaginator(rows.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "room": "log",
        "filters": filters,
        "page_obj": here,
        "lines": [line_of(entry) for entry in here.object_list],
    }
    return render(request, "enrollment/log.html", context)
