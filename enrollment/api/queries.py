"""Queries through the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import query_listing
from enrollment.models.queries import SIDE_CHOICES
from enrollment.places import Place, PlaceKind
from enrollment.query_forms import STATES
from enrollment.query_life import BUCKETS, Origin, QueryAct, QueryState
from enrollment.query_words import words_of
from enrollment.services import way
from enrollment.services.queries import (
    answer_query,
    assign_query,
    close_query,
    find_query,
    open_query,
    reopen_query,
)
from studysite.core.access import sites_for
from studysite.core.api_view import In, PageIn, StudyView, operation, page_of, page_out
from studysite.core.errors import Invalid
from studysite.core.models import Site, User
from studysite.core.roles import Action, Role

QUERY_FILTERS = [(value, value) for value, _label in STATES if value]
AGES = [(bucket.key, bucket.key) for bucket in BUCKETS]


class QueryFilterIn(PageIn):
    """What the list is narrowed by. `state` is a state, `not_closed`, `to_answer` (by me) or
    `to_close` (by me); `age` a span of days that the query has been open."""

    state = serializers.ChoiceField(QUERY_FILTERS, allow_blank=True, default="")
    site = serializers.CharField(max_length=8, allow_blank=True, default="")
    participant = serializers.CharField(max_length=16, allow_blank=True, default="")
    form = serializers.CharField(max_length=32, allow_blank=True, default="")
    age = serializers.ChoiceField(AGES, allow_blank=True, default="")
    origin = serializers.ChoiceField(Origin.choices, allow_blank=True, default="")


class QueryIn(In):
    """A question about a part of a record: `kind` says which of the other words name it. `name` is
    the item, the sequence of a scan, or the number of a series."""

    kind = serializers.ChoiceField(PlaceKind.choices)
    visit = serializers.CharField(max_length=24, allow_blank=True, default="")
    form = serializers.CharField(max_length=32, allow_blank=True, default="")
    repeat = serializers.IntegerField(min_value=1, max_value=9999, default=1)
    name = serializers.CharField(max_length=64, allow_blank=True, default="")
    text = serializers.CharField(max_length=2000, allow_blank=True)
    assigned_role = serializers.ChoiceField(Role.choices, default=Role.COORDINATOR.value)
    assigned_to = serializers.CharField(
        max_length=150, allow_blank=True, default="", help_text="A user name"
    )


class QueryTextIn(In):
    """What is said."""

    text = serializers.CharField(max_length=2000, allow_blank=True, default="")


class AssignmentIn(QueryTextIn):
    """Who is to answer."""

    assigned_role = serializers.ChoiceField(Role.choices)
    assigned_to = serializers.CharField(
        max_length=150, allow_blank=True, default="", help_text="A user name"
    )


class QueryLineOut(serializers.Serializer):
    """A query in the list. `days` is how long it has been open, or was."""

    id = serializers.IntegerField()
    participant = serializers.CharField(source="participant.number")
    kind = serializers.ChoiceField(PlaceKind.choices)
    visit = serializers.CharField()
    form = serializers.CharField()
    repeat = serializers.IntegerField()
    name = serializers.CharField()
    origin = serializers.ChoiceField(Origin.choices)
    check_code = serializers.CharField()
    state = serializers.ChoiceField(QueryState.choices)
    side = serializers.ChoiceField(SIDE_CHOICES)
    assigned_role = serializers.ChoiceField(Role.choices)
    assigned_to = serializers.CharField(
        source="assigned_to.username", allow_null=True, default=None, help_text="A user name"
    )
    opened_by = serializers.StringRelatedField(allow_null=True)  # type: ignore[var-annotated]
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    days = serializers.IntegerField(source="age")


class QueryMessageOut(serializers.Serializer):
    """One thing said in a query, and what it did."""

    act = serializers.ChoiceField(QueryAct.choices)
    text = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class QueryOut(QueryLineOut):
    """A query with everything said in it, oldest first."""

    messages = QueryMessageOut(many=True)


def _out(by: User, pk: int) -> Any:
    row = find_query(by=by, pk=pk)
    shown = QueryLineOut(row).data
    return {**shown, "messages": QueryMessageOut(words_of(row), many=True).data}


def _assignee(given: dict[str, Any]) -> dict[str, Any]:
    """The person of that user name, in place of the name."""
    name = given.pop("assigned_to")
    person = User.objects.filter(username=name).first() if name else None
    if name and person is None:
        raise Invalid(_("This person does not have this role here."), field="assigned_to")
    return {**given, "assigned_to": person}


class QueriesView(StudyView):
    """The queries of the person's sites."""

    actions_needed = {"get": Action.SEE_QUERIES}

    @operation("list_queries", query=QueryFilterIn, gives=page_out("QueryPageOut", QueryLineOut))
    def get(self, request: Request) -> Response:
        """The queries that the person may see, the oldest first."""
        chosen = self.asked(QueryFilterIn)
        site = self._site(chosen["site"])
        rows = query_listing.queries(
            self.by, site=site, number=chosen["participant"],
            **{name: chosen[name] for name in ("state", "form", "age", "origin")},
        )  # fmt: skip
        if chosen["site"] and site is None:
            rows = rows.none()
        rows = rows.select_related("participant", "opened_by", "assigned_to")
        found, page = page_of(rows, chosen)
        return Response({**page, "results": QueryLineOut(found, many=True).data})

    def _site(self, code: str) -> Site | None:
        return sites_for(self.by, Action.SEE_QUERIES).filter(code=code).first() if code else None


class QueryView(StudyView):
    """One query."""

    actions_needed = {"get": Action.SEE_QUERIES}

    @operation("show_query", gives=QueryOut)
    def get(self, request: Request, pk: int) -> Response:
        """A query with everything said in it."""
        return Response(_out(self.by, pk))


class NewQueryView(StudyView):
    """A question about a participant."""

    actions_needed = {"post": Action.OPEN_QUERY}

    @operation("open_query", takes=QueryIn, gives=QueryOut, status=201)
    def post(self, request: Request, number: str) -> Response:
        """Ask about a part of a record."""
        row = way.find(by=self.by, number=number, action=Action.OPEN_QUERY)
        given = _assignee(self.taken(QueryIn))
        words = {name: given.pop(name) for name in ("visit", "form", "repeat", "name")}
        place = Place(PlaceKind(given.pop("kind")), **words)
        query = open_query(by=self.by, participant=row, place=place, **given)
        return Response(_out(self.by, query.pk), status=201)


class QueryAnswerView(StudyView):
    """An answer."""

    actions_needed = {"post": Action.ANSWER_QUERY}

    @operation("answer_query", takes=QueryTextIn, gives=QueryOut)
    def post(self, request: Request, pk: int) -> Response:
        """Answer an open query."""
        query = find_query(by=self.by, pk=pk)
        answer_query(by=self.by, query=query, **self.taken(QueryTextIn))
        return Response(_out(self.by, pk))


class QueryCloseView(StudyView):
    """The end of a query."""

    actions_needed = {"post": Action.CLOSE_QUERY}

    @operation("close_query", takes=QueryTextIn, gives=QueryOut)
    def post(self, request: Request, pk: int) -> Response:
        """Close a query that one's own side has opened."""
        query = find_query(by=self.by, pk=pk)
        close_query(by=self.by, query=query, **self.taken(QueryTextIn))
        return Response(_out(self.by, pk))


class QueryReopenView(StudyView):
    """A query once more."""

    actions_needed = {"post": Action.CLOSE_QUERY}

    @operation("reopen_query", takes=QueryTextIn, gives=QueryOut)
    def post(self, request: Request, pk: int) -> Response:
        """Ask again."""
        query = find_query(by=self.by, pk=pk)
        reopen_query(by=self.by, query=query, **self.taken(QueryTextIn))
        return Response(_out(self.by, pk))


class QueryAssignmentView(StudyView):
    """Who is to answer."""

    actions_needed = {"put": Action.ASSIGN_QUERY}

    @operation("assign_query", takes=AssignmentIn, gives=QueryOut)
    def put(self, request: Request, pk: int) -> Response:
        """Assign a query to a role, or to one person of that role."""
        query = find_query(by=self.by, pk=pk)
        assign_query(by=self.by, query=query, **_assignee(self.taken(AssignmentIn)))
        return Response(_out(self.by, pk))
