"""The audit trail through the API: its events, newest first, and the newest checkpoint."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import trail
from studysite.core.api_view import In, StudyView, operation
from studysite.core.audit import sealing
from studysite.core.models import AuditEvent
from studysite.core.roles import Action


class EventsIn(In):
    """What the trail is narrowed by; `before` is the `next` of the page before."""

    subject = serializers.CharField(max_length=32, required=False)
    form = serializers.SlugField(max_length=32, required=False)
    item = serializers.RegexField(r"^\w+$", max_length=64, required=False)
    person = serializers.CharField(max_length=150, required=False)
    action = serializers.CharField(max_length=40, required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    before = serializers.IntegerField(min_value=0, max_value=2**62, required=False)


class EventOut(serializers.Serializer):
    """One change of one row."""

    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    table = serializers.CharField()
    pk = serializers.CharField(source="row_pk")
    op = serializers.CharField()
    old_row = serializers.SerializerMethodField()
    new_row = serializers.SerializerMethodField()
    actor = serializers.CharField()
    actor_kind = serializers.CharField()
    action = serializers.CharField()
    request_id = serializers.CharField()
    reason = serializers.CharField()
    subject = serializers.CharField()
    site = serializers.CharField()

    def get_old_row(self, event: AuditEvent) -> dict[str, Any] | None:
        """The row before."""
        return json.loads(event.old_row) if event.old_row else None

    def get_new_row(self, event: AuditEvent) -> dict[str, Any] | None:
        """The row after."""
        return json.loads(event.new_row) if event.new_row else None


class CheckpointOut(serializers.Serializer):
    """What proves later that history was not rewritten."""

    origin = serializers.CharField()
    size = serializers.IntegerField()
    root = serializers.CharField()  # type: ignore[assignment]
    time = serializers.CharField()
    key = serializers.CharField()
    signature = serializers.CharField()


EVENTS = inline_serializer(
    "AuditEventsOut",
    {
        "next": serializers.IntegerField(allow_null=True),
        "checkpoint": CheckpointOut(allow_null=True),
        "results": EventOut(many=True),
    },
)


class EventsView(StudyView):
    """The trail."""

    actions_needed = {"get": Action.SEE_HISTORY}

    @operation("list_audit_events", query=EventsIn, gives=EVENTS)
    def get(self, request: Request) -> Response:
        """A page of events, newest first, and the newest checkpoint."""
        given = self.asked(EventsIn)
        before = given.pop("before", None)
        found, following = trail.page(trail.events(self.by, trail.Asked(**given)), before)
        point = sealing.newest()
        body = {
            "next": following,
            "checkpoint": CheckpointOut(point).data if point else None,
            "results": EventOut(found, many=True).data,
        }
        return Response(body)
