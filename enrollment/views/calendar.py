"""The calendar of visits, what is due, and visits outside the plan."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enrollment import due as schedule
from enrollment.listforms import DueForm, MonthForm, NotDoneForm, UnscheduledForm
from enrollment.overview import screening_data
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.calendar import add_unscheduled, record_visit_not_done
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.paging import LongPaginator
from studysite.core.roles import Action

PAGE_SIZE = 50


@require_safe
@page(Action.SEE_PARTICIPANTS)
def month(request: StudyRequest) -> HttpResponse:
    """The visits of one month, a day a cell."""
    today = timezone.localdate()
    filters = MonthForm(request.GET, user=request.user)
    chosen = filters.cleaned_data if filters.is_valid() else {}
    first = chosen.get("month") or today.replace(day=1)
    rows = schedule.visits(request.user, chosen.get("site"))
    context = {
        "room": "calendar",
        "filters": filters,
        "first": first,
        "previous": (first - timedelta(days=1)).strftime("%Y-%m"),
        "next": (first + timedelta(days=31)).strftime("%Y-%m"),
        "today": today,
        "weeks": schedule.month(rows, first, today),
    }
    return render(request, "enrollment/calendar.html", context)


@require_safe
@page(Action.SEE_PARTICIPANTS)
def due(request: StudyRequest) -> HttpResponse:
    """The visits that wait for something."""
    today = timezone.localdate()
    filters = DueForm(request.GET, user=request.user)
    chosen = filters.cleaned_data if filters.is_valid() else {}
    rows = schedule.visits(request.user, chosen.get("site"))
    if on := chosen.get("on"):
        rows = rows.filter(due_on=on).order_by("participant__number", "pk")
    else:
        rows = schedule.waiting(rows, chosen.get("kind") or "waiting", today)
    here = LongPaginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "room": "calendar",
        "filters": filters,
        "on": on,
        "page_obj": here,
        "lines": schedule.lines(here.object_list, today),
    }
    return render(request, "enrollment/due.html", context)


@page(Action.PLAN_VISIT)
def unscheduled(request: StudyRequest, number: str) -> HttpResponse:
    """Put a visit on the calendar that the protocol does not foresee."""
    row = way.find(by=request.user, number=number, action=Action.PLAN_VISIT)
    way.require_open(row)
    form = UnscheduledForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            add_unscheduled(by=request.user, participant=row, **form.cleaned_data)
            messages.success(request, _("The visit is on the calendar."))
            return redirect("enrollment:participant", row.number)
    context = {"form": form, "participant": row, "screening": screening_data(row)}
    return render(request, "enrollment/unscheduled.html", context, status=form.status)


@page(Action.PLAN_VISIT)
def not_done(request: StudyRequest, number: str, visit: str) -> HttpResponse:
    """Say that a visit did not take place."""
    row = way.find(by=request.user, number=number, action=Action.PLAN_VISIT)
    found = row.visits.filter(key=visit).first()
    if found is None:
        raise NotThere(_("This participant has no such visit."))
    way.require_open(row, visit=visit)
    form = NotDoneForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            record_visit_not_done(by=request.user, visit=found, **form.cleaned_data)
            messages.success(request, _("Recorded, with a protocol deviation."))
            return redirect("enrollment:participant", row.number)
    context = {
        "form": form,
        "participant": row,
        "plan": current().visit(visit),
        "visit": found,
        "screening": screening_data(row),
    }
    return render(request, "enrollment/visit_not_done.html", context, status=form.status)
