"""The audit trail through the API: its events, newest first, and the newest checkpoint."""

from __future__ import annotations

import json
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import trail
from enrollment.services.trail import export_trail, record_review, reviews
from studysite.core.api_said import SaidField
from studysite.core.api_view import In, PageIn, StudyView, operation, page_of, page_out
from studysite.core.audit import sealing
from studysite.core.models import AuditEvent
from studysite.core.roles import Action

CSV = (200, "text/csv")


class FilterIn(In):
    """What a review or an export covers."""

    subject = serializers.CharField(max_length=32, required=False)
    form = serializers.SlugField(max_length=32, required=False)
    item = serializers.RegexField(r"^\w+$", max_length=64, required=False)
    person = serializers.CharField(max_length=150, required=False)
    action = serializers.CharField(max_length=40, required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


class EventsIn(FilterIn):
    """What the trail is narrowed by; `before` is the `next` of the page before."""

    before = serializers.IntegerField(min_value=0, max_value=2**62, required=False)


class ReviewIn(FilterIn):
    """That the trail was reviewed through a filter, with a remark."""

    remark = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ReviewOut(serializers.Serializer):
    """That somebody reviewed or exported the trail."""

    at = serializers.DateTimeField()
    by = serializers.StringRelatedField(allow_null=True)  # type: ignore[var-annotated]
    subject = serializers.CharField()
    detail = SaidField()


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


class ReviewsView(StudyView):
    """The log of reviews."""

    actions_needed = {"get": Action.SEE_HISTORY, "post": Action.REVIEW_AUDIT}

    @operation("list_audit_reviews", query=PageIn, gives=page_out("AuditReviewsOut", ReviewOut))
    def get(self, request: Request) -> Response:
        """The reviews and exports so far, newest first."""
        rows, page = page_of(reviews(self.by), self.asked(PageIn))
        return Response(page | {"results": ReviewOut(rows, many=True).data})

    @operation("record_audit_review", takes=ReviewIn, gives=ReviewOut, status=201)
    def post(self, request: Request) -> Response:
        """Put on record that one has reviewed the trail through a filter."""
        given = self.taken(ReviewIn)
        remark = given.pop("remark", "")
        record_review(by=self.by, asked=trail.Asked(**given), remark=remark)
        return Response(ReviewOut(reviews(self.by).filter(by=self.by)[0]).data, status=201)


class TrailExportView(StudyView):
    """The trail as a file."""

    actions_needed = {"post": Action.REVIEW_AUDIT}

    @operation("export_audit_events", takes=FilterIn, gives=OpenApiTypes.BINARY, status=CSV)
    def post(self, request: Request) -> StreamingHttpResponse:
        """The events that fit as CSV; that they were exported is on record."""
        content = export_trail(by=self.by, asked=trail.Asked(**self.taken(FilterIn)))
        answer = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
        return answer
