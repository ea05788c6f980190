"""Queries: the list, one of them, a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enrollment import query_listing
from enrollment.crfs.definition import Place as Where
from enrollment.models import Participant, Query
from enrollment.places import OF_IMAGING, Place, PlaceKind
from enrollment.query_forms import AssignForm, MessageForm, QueryFilterForm, QueryForm, assignee_of
from enrollment.query_life import BUCKETS, WAITING_FOR_ANSWER, QueryState
from enrollment.query_words import asked_in, value_now, with_question, words_of
from enrollment.services import way
from enrollment.services.queries import (
    answer_query,
    assign_query,
    check_place,
    close_query,
    find_query,
    open_query,
    reopen_query,
)
from studysite.core.access import may, roles_of
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.models import User
from studysite.core.paging import LongPaginator
from studysite.core.roles import Action

PAGE_SIZE = 50


@require_safe
@page(Action.SEE_QUERIES)
def queries(request: StudyRequest) -> HttpResponse:
    """The queries that the person may see, the oldest first."""
    filters = QueryFilterForm(request.GET, user=request.user)
    chosen = filters.cleaned_data if filters.is_valid() else {}
    rows = query_listing.queries(request.user, **chosen)
    shown = with_question(rows.select_related("participant", "opened_by", "assigned_to"))
    here = LongPaginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "narrowed": bool(request.GET),
        "page_obj": here,
        "lines": [(line, asked_in(line)) for line in here],
        "ages": _ages(request.user),
        "mine": {
            "to_answer": query_listing.to_answer(request.user).count(),
            "to_close": query_listing.to_close(request.user).count(),
        },
    }
    return render(request, "enrollment/queries.html", context)


def _ages(user: User) -> list[dict[str, Any]]:
    """The spans of ages with how many open queries each holds."""
    counted = query_listing.ages(query_listing.queries(user), timezone.now())
    return [
        {"key": bucket.key, "label": bucket.label, "count": counted[bucket.key]}
        for bucket in BUCKETS
    ]


@page(Action.SEE_QUERIES)
def query(request: StudyRequest, pk: int) -> HttpResponse:
    """One query with everything said in it; what the person may do about it."""
    row = find_query(by=request.user, pk=pk)
    form = MessageForm(request.POST or None)
    assigning = AssignForm(
        request.POST if request.POST.get("act") == "assign" else None,
        site=row.participant.site,
        kind=PlaceKind(row.kind),
        initial={"assignee": _assignee(row)},
    )
    if request.method == "POST" and _done(request, row, form, assigning):
        return redirect("queries:query", row.pk)
    context = {
        "query": row,
        "participant": row.participant,
        "thread": words_of(row),
        "value": value_now(row),
        "place_url": _place_url(request.user, row),
        "form": form,
        "assigning": assigning,
        "may": _allowed(request.user, row),
    }
    status = max(form.status, assigning.status)
    return render(request, "enrollment/query.html", context, status=status)


def _done(request: StudyRequest, row: Query, form: MessageForm, assigning: AssignForm) -> bool:
    """Do what the button asks for; whether it was done."""
    act = request.POST.get("act", "")
    if act == "assign":
        if assigning.is_valid():
            with assigning.refusing():
                chosen = assignee_of(assigning.cleaned_data["assignee"])
                assign_query(by=request.user, query=row, **chosen)
                messages.success(request, _("Assigned."))
        return assigning.is_valid() and assigning.refusal is None
    services = {"answer": answer_query, "close": close_query, "reopen": reopen_query}
    if act not in services:
        raise NotThere(_("There is no such act."))
    if form.is_valid():
        with form.refusing():
            services[act](by=request.user, query=row, text=form.cleaned_data["text"])
            words = {
                "answer": _("Your answer is kept."),
                "close": _("The query is closed."),
                "reopen": _("The query is open again."),
            }
            messages.success(request, words[act])
    return form.is_valid() and form.refusal is None


@page(Action.OPEN_QUERY)
def new(request: StudyRequest, number: str) -> HttpResponse:
    """Ask about a part of a record, which the address names."""
    row = way.find(by=request.user, number=number, action=Action.OPEN_QUERY)
    place = _place(request)
    check_place(row, place)
    form = QueryForm(request.POST or None, site=row.site, kind=place.kind)
    if form.is_valid():
        with form.refusing():
            opened = open_query(by=request.user, participant=row, place=place, **form.chosen())
            messages.success(request, _("The query is open."))
            return redirect("queries:query", opened.pk)
    context = {
        "form": form,
        "participant": row,
        "place": place,
        "cancel_url": (_scan_url if place.kind in OF_IMAGING else place_url)(row, place),
    }
    return render(request, "enrollment/query_new.html", context, status=form.status)


def _place(request: StudyRequest) -> Place:
    given = request.GET
    kind, repeat = given.get("kind", "participant"), given.get("repeat", "1")
    if kind not in PlaceKind.values or not repeat.isdecimal() or len(repeat) > 4:
        raise NotThere(_("There is no such part of a record."))
    words = {name: given.get(name, "") for name in ("visit", "form", "name")}
    return Place(PlaceKind(kind), repeat=int(repeat), **words)


def place_url(participant: Participant, place: Place) -> str:
    """The page that shows a part of a record."""
    if place.visit == Where.LOG:
        return reverse("enrollment:log_form", args=[participant.number, place.form, place.repeat])
    if place.form:
        return reverse("enrollment:form", args=[participant.number, place.visit, place.form])
    return reverse("enrollment:participant", args=[participant.number])


def _scan_url(participant: Participant, place: Place) -> str:
    """The page of a series, or that of a participant's scans."""
    if place.kind is PlaceKind.SERIES:
        return reverse("imaging:series", args=[place.name])
    return reverse("imaging:participant_scans", args=[participant.number])


def _place_url(user: User, query: Query) -> str:
    """The page of a query's place, which whoever sees the query may open."""
    if query.kind in OF_IMAGING:
        return _scan_url(query.participant, query.place)
    if may(user, Action.SEE_CLINICAL, query.participant.site):
        return place_url(query.participant, query.place)
    return ""


def _assignee(query: Query) -> str:
    named = f":{query.assigned_to_id}" if query.assigned_to_id else ""
    return f"{query.assigned_role}{named}"


def _allowed(user: User, query: Query) -> dict[str, bool]:
    """What the page offers; the services check again."""
    site, state = query.participant.site, QueryState(query.state)
    own_side = query.side in roles_of(user, site)
    return {
        "answer": may(user, Action.ANSWER_QUERY, site) and state in WAITING_FOR_ANSWER,
        "close": own_side and not query.is_closed,
        "reopen": own_side and state in {QueryState.ANSWERED, QueryState.CLOSED},
        "assign": may(user, Action.ASSIGN_QUERY, site) and not query.is_closed,
    }
