"""Visits with their forms, and the scans expected at them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import ExpectedScan, ScanState
from enrollment.overview import FormShown, VisitShown
from enrollment.schedule import Timeliness
from enrollment.services import way
from studysite.core.api_view import In, StudyView, operation
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
