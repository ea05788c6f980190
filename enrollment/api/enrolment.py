"""Into an arm, and out of the study."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.participants import ParticipantOut, participant_data
from enrollment.models.enrolment import LeavingKind
from enrollment.services import way
from enrollment.services.enrolment import enrol, withdraw
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action


class EnrolmentIn(In):
    """An arm and why this one; neither in a randomised study, where the sealed list gives it."""

    arm = serializers.CharField(max_length=16, required=False)
    reason = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class WithdrawalIn(In):
    """How a participant leaves, who decided it, and what data may stay. Left open, the
    images go with the data."""

    kind = serializers.ChoiceField(LeavingKind.choices)
    on = serializers.DateField()
    decided_by = serializers.ChoiceField(["participant", "investigator"])
    data_may_stay = serializers.BooleanField()
    images_may_stay = serializers.BooleanField(allow_null=True, default=None)
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class EnrolmentView(StudyView):
    """A place in an arm."""

    actions_needed = {"post": Action.ENROL}

    @operation("enrol", takes=EnrolmentIn, gives=ParticipantOut, status=201)
    def post(self, request: Request, number: str) -> Response:
        """Put an eligible participant into an arm that has a place, and plan the visits."""
        row = way.find(by=self.by, number=number, action=Action.ENROL)
        enrol(by=self.by, participant=row, **self.taken(EnrolmentIn))
        return Response(participant_data(row, self.by), status=201)


class WithdrawalView(StudyView):
    """The end of a participant's part."""

    actions_needed = {"post": Action.WITHDRAW}

    @operation("withdraw", takes=WithdrawalIn, gives=ParticipantOut, status=201)
    def post(self, request: Request, number: str) -> Response:
        """End a participant's part in the study."""
        row = way.find(by=self.by, number=number, action=Action.WITHDRAW)
        withdraw(by=self.by, participant=row, **self.taken(WithdrawalIn))
        return Response(participant_data(row, self.by), status=201)
