"""Visits with their forms, and the scans expected at them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import ExpectedScan, ScanState
from enrollment.overview import FormShown, VisitShown
from enrollment.schedule import Timeliness
from enrollment.services import way
from enrollment.services.calendar import add_unscheduled, record_visit_not_done
from studysite.core.api_view import In, ReasonIn, StudyView, operation
from studysite.core.errors import NotThere
from studysite.core.roles import Action

FORM_STATES = ("empty", "draft", "submitted")


class FormStateOut(serializers.Serializer):
    """A form of a visit and how far it is."""

    form = serializers.CharField(source="definition.key")
    state = serializers.ChoiceField(FORM_STATES)
    revision = serializers.SerializerMethodField()

    def get_revision(self, shown: FormShown) -> int:
        """The newest revision; 0 for an empty form."""
        return shown.entry.revision if shown.entry else 0


class ExpectedScanOut(serializers.Serializer):
    """A series that the protocol expects of a visit."""

    id = serializers.IntegerField()
    visit = serializers.CharField(source="visit.key")
    sequence = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    state = serializers.ChoiceField(ScanState.choices)


class VisitOut(serializers.Serializer):
    """A visit with its window, its forms and its scans."""

    key = serializers.CharField(source="visit.key")
    due_on = serializers.DateField(source="visit.due_on")
    opens_on = serializers.DateField(source="visit.opens_on")
    closes_on = serializers.DateField(source="visit.closes_on")
    timeliness = serializers.ChoiceField([(word.value, word.value) for word in Timeliness])
    forms = FormStateOut(many=True)
    scans = serializers.SerializerMethodField()

    @extend_schema_field(ExpectedScanOut(many=True))
    def get_scans(self, shown: VisitShown) -> Any:
        """The scans expected at the visit."""
        return ExpectedScanOut([item.scan for item in shown.scans], many=True).data


class ParticipantIn(In):
    """Whose."""

    participant = serializers.CharField(max_length=16)


class ExpectedScansView(StudyView):
    """The scans expected of a participant."""

    actions_needed = {"get": Action.SEE_SCANS}

    @operation("list_expected_scans", query=ParticipantIn, gives=ExpectedScanOut(many=True))
    def get(self, request: Request) -> Response:
        """The scans expected of a participant, with a state each."""
        number = self.asked(ParticipantIn)["participant"]
        whose = way.find(by=self.by, number=number, action=Action.SEE_SCANS)
        rows = ExpectedScan.objects.filter(visit__participant=whose).select_related("visit")
        return Response(ExpectedScanOut(rows.order_by("visit__due_on", "pk"), many=True).data)


class UnscheduledIn(In):
    """A visit that the protocol does not foresee: its day, and why it took place."""

    on = serializers.DateField()
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class PlannedOut(serializers.Serializer):
    """A visit on a participant's calendar."""

    key = serializers.CharField()
    due_on = serializers.DateField()
    opens_on = serializers.DateField()
    closes_on = serializers.DateField()
    not_done_reason = serializers.CharField()


class UnscheduledView(StudyView):
    """Visits outside the plan."""

    actions_needed = {"post": Action.PLAN_VISIT}

    @operation("add_unscheduled_visit", takes=UnscheduledIn, gives=PlannedOut, status=201)
    def post(self, request: Request, number: str) -> Response:
        """Put a visit on the calendar that the protocol does not foresee."""
        row = way.find(by=self.by, number=number, action=Action.PLAN_VISIT)
        visit = add_unscheduled(by=self.by, participant=row, **self.taken(UnscheduledIn))
        return Response(PlannedOut(visit).data, status=201)


class VisitNotDoneView(StudyView):
    """A visit that did not take place."""

    actions_needed = {"post": Action.PLAN_VISIT}

    @operation("record_visit_not_done", takes=ReasonIn, gives=PlannedOut)
    def post(self, request: Request, number: str, visit: str) -> Response:
        """Say that a visit did not take place, and why; it is a protocol deviation."""
        row = way.find(by=self.by, number=number, action=Action.PLAN_VISIT)
        found = row.visits.filter(key=visit).first()
        if found is None:
            raise NotThere(_("This participant has no such visit."))
        done = record_visit_not_done(by=self.by, visit=found, **self.taken(ReasonIn))
        return Response(PlannedOut(done).data)
