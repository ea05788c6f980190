"""What waits in quarantine, and a person's word on it."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.api.intakes import IntakeOut
from imaging.models import HeldState
from imaging.services import quarantine
from imaging.services.intake import find_participant
from studysite.core.api_said import SaidField
from studysite.core.api_view import (
    In,
    PageIn,
    ReasonIn,
    StudyView,
    operation,
    page_of,
    page_out,
)
from studysite.core.roles import Action


class HeldFilterIn(PageIn):
    """Waiting, or how it was settled."""

    state = serializers.ChoiceField(HeldState.choices, default=HeldState.WAITING.value)


class MatchIn(In):
    """Whose a held scan is, and how one knows."""

    participant = serializers.CharField(max_length=16)
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class HeldOut(serializers.Serializer):
    """Files in quarantine, and why they wait."""

    id = serializers.IntegerField()
    site = serializers.CharField(source="intake.site.code")
    intake = serializers.UUIDField(source="intake_id")
    code = serializers.CharField()
    reason = SaidField()
    modality = serializers.CharField()
    files_count = serializers.IntegerField()
    state = serializers.ChoiceField(HeldState.choices)
    at = serializers.DateTimeField()
    settled_by = serializers.StringRelatedField(allow_null=True)  # type: ignore[var-annotated]
    settled_at = serializers.DateTimeField(allow_null=True)
    settled_reason = serializers.CharField()


class HeldListView(StudyView):
    """What waits at the person's sites."""

    actions_needed = {"get": Action.SEE_SCANS}

    @operation("list_held", query=HeldFilterIn, gives=page_out("HeldPageOut", HeldOut))
    def get(self, request: Request) -> Response:
        """What waits, oldest first, or what was settled, newest first."""
        chosen = self.asked(HeldFilterIn)
        rows, page = page_of(quarantine.held_rows(by=self.by, state=chosen["state"]), chosen)
        return Response({**page, "results": HeldOut(rows, many=True).data})


class HeldView(StudyView):
    """One set of held files."""

    actions_needed = {"get": Action.SEE_SCANS}

    @operation("show_held", gives=HeldOut)
    def get(self, request: Request, pk: int) -> Response:
        """One set of held files, and its reason."""
        return Response(HeldOut(quarantine.find_held(by=self.by, pk=pk)).data)


class HeldMatchView(StudyView):
    """A person vouches for whose scan it is."""

    actions_needed = {"post": Action.SETTLE_HELD_SCAN}

    @operation("match_held", takes=MatchIn, gives=IntakeOut, status=201)
    def post(self, request: Request, pk: int) -> Response:
        """Say whose scan it is; it comes in again as a new arrival."""
        held = quarantine.find_held(by=self.by, pk=pk, action=Action.SETTLE_HELD_SCAN)
        given = self.taken(MatchIn)
        whose = find_participant(by=self.by, number=given["participant"])
        intake = quarantine.match_held(
            by=self.by, held=held, participant=whose, reason=given["reason"]
        )
        return Response(IntakeOut(intake).data, status=201)


class HeldRefuseView(StudyView):
    """A person refuses it."""

    actions_needed = {"post": Action.SETTLE_HELD_SCAN}

    @operation("refuse_held", takes=ReasonIn, gives=HeldOut)
    def post(self, request: Request, pk: int) -> Response:
        """Refuse a held scan for good; its bytes stay sealed."""
        held = quarantine.find_held(by=self.by, pk=pk, action=Action.SETTLE_HELD_SCAN)
        refused = quarantine.refuse_held(by=self.by, held=held, **self.taken(ReasonIn))
        return Response(HeldOut(refused).data)
