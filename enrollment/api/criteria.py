"""The criteria of eligibility: their verdicts, judging, and deciding."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.participants import ParticipantOut, participant_data
from enrollment.api.protocol import CRITERION_KINDS
from enrollment.eligibility import Verdict
from enrollment.models import Participant
from enrollment.services import way
from enrollment.services.eligibility import (
    confirm_eligibility,
    criteria_of,
    decision_on,
    fail_screening,
    judge,
    judge_all,
)
from studysite.core.api_view import In, ReasonIn, StudyView, operation
from studysite.core.roles import Action

VERDICTS = [(verdict.value, verdict.value) for verdict in Verdict]


class JudgementIn(In):
    """A verdict on one criterion and what it rests on."""

    criterion = serializers.CharField(max_length=8)
    verdict = serializers.ChoiceField(VERDICTS)
    evidence = serializers.CharField(max_length=2000, allow_blank=True)


class JudgementsIn(In):
    """Several verdicts, kept all or none. `seen` is the number that the list of criteria gave:
    a judgement made since is never overwritten unseen."""

    seen = serializers.IntegerField(min_value=0, max_value=2**53)
    judgements = JudgementIn(many=True, allow_empty=False)


class CriterionOut(serializers.Serializer):
    """One criterion with its newest verdict. No person means that it was computed."""

    criterion = serializers.CharField(source="criterion.key")
    kind = serializers.ChoiceField(CRITERION_KINDS, source="criterion.kind")
    label = serializers.CharField(source="criterion.label")  # type: ignore[assignment]
    judged_by_person = serializers.BooleanField(source="criterion.judged_by_person")
    verdict = serializers.ChoiceField(VERDICTS)
    passes = serializers.BooleanField(allow_null=True)
    evidence = serializers.CharField(source="judgement.evidence", default="")
    by = serializers.StringRelatedField(  # type: ignore[var-annotated]
        source="judgement.by", allow_null=True, default=None
    )
    at = serializers.DateTimeField(source="judgement.at", allow_null=True, default=None)


class DecisionOut(serializers.Serializer):
    """What the criteria come to together."""

    eligible = serializers.BooleanField()
    failed = serializers.ListField(child=serializers.CharField())
    unknown = serializers.ListField(child=serializers.CharField())


class CriteriaOut(serializers.Serializer):
    """Every criterion, what they come to, and the newest judgement that was looked at."""

    criteria = CriterionOut(many=True)
    decision = DecisionOut()
    seen = serializers.IntegerField()


def _criteria(row: Participant) -> Any:
    prefetch_related_objects([row], "judgements__by")
    shown = {
        "criteria": criteria_of(row),
        "decision": decision_on(row),
        "seen": max((judgement.pk for judgement in row.judgements.all()), default=0),
    }
    return CriteriaOut(shown).data


class CriteriaView(StudyView):
    """The criteria of one participant."""

    actions_needed = {
        "get": Action.SEE_CLINICAL,
        "post": Action.JUDGE_CRITERIA,
        "put": Action.JUDGE_CRITERIA,
    }

    @operation("list_criteria", gives=CriteriaOut)
    def get(self, request: Request, number: str) -> Response:
        """Every criterion with its verdict and evidence."""
        return Response(_criteria(way.find(by=self.by, number=number, action=Action.SEE_CLINICAL)))

    @operation("judge_criterion", takes=JudgementIn, gives=CriteriaOut, status=201)
    def post(self, request: Request, number: str) -> Response:
        """Judge one criterion."""
        row = way.find(by=self.by, number=number, action=Action.JUDGE_CRITERIA)
        judge(by=self.by, participant=row, **self.taken(JudgementIn))
        return Response(_criteria(row), status=201)

    @operation("judge_criteria", takes=JudgementsIn, gives=CriteriaOut)
    def put(self, request: Request, number: str) -> Response:
        """Judge several criteria at once, all or none."""
        row = way.find(by=self.by, number=number, action=Action.JUDGE_CRITERIA)
        given = self.taken(JudgementsIn)
        verdicts = {
            each["criterion"]: (each["verdict"], each["evidence"]) for each in given["judgements"]
        }
        judge_all(by=self.by, participant=row, verdicts=verdicts, seen=given["seen"])
        return Response(_criteria(row))


class EligibilityView(StudyView):
    """The decision."""

    actions_needed = {"get": Action.SEE_CLINICAL, "post": Action.CONFIRM_ELIGIBILITY}

    @operation("show_eligibility", gives=DecisionOut)
    def get(self, request: Request, number: str) -> Response:
        """What the verdicts so far come to."""
        row = way.find(by=self.by, number=number, action=Action.SEE_CLINICAL)
        return Response(DecisionOut(decision_on(row)).data)

    @operation("confirm_eligibility", gives=ParticipantOut)
    def post(self, request: Request, number: str) -> Response:
        """Find the participant eligible, if every criterion lets them in."""
        row = way.find(by=self.by, number=number, action=Action.CONFIRM_ELIGIBILITY)
        confirm_eligibility(by=self.by, participant=row)
        return Response(participant_data(row, self.by))


class ScreenFailureView(StudyView):
    """The end of screening."""

    actions_needed = {"post": Action.CONFIRM_ELIGIBILITY}

    @operation("fail_screening", takes=ReasonIn, gives=ParticipantOut)
    def post(self, request: Request, number: str) -> Response:
        """End screening; a reason is needed when no criterion has failed."""
        row = way.find(by=self.by, number=number, action=Action.CONFIRM_ELIGIBILITY)
        fail_screening(by=self.by, participant=row, **self.taken(ReasonIn))
        return Response(participant_data(row, self.by))
