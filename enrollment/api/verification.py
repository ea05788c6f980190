"""Source data verification through the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.answers import AnswerField
from enrollment.models import Participant
from enrollment.places import of_form, of_item, of_visit
from enrollment.services import way
from enrollment.services.verification import unverify, verify
from enrollment.verification import Standing, form_of_visit, progress, standings
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action

VERIFICATION_STATES = [(word, word) for word in ("verified", "undone", "to_verify", "not_asked")]


class VerificationIn(In):
    """One item of the form, or with none the whole form. `seen_revision` is the revision that the
    monitor looked at: answers that were changed meanwhile are not verified unseen."""

    item = serializers.CharField(max_length=64, allow_blank=True, default="")
    seen_revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class UnverifyIn(In):
    """The item whose verification is taken back, and why."""

    item = serializers.CharField(max_length=64)
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class VerifiedOut(serializers.Serializer):
    """An answer against the source. After a change, `verified_value` is what was verified and
    `value` what is there now."""

    item = serializers.CharField(source="item.name")
    value = AnswerField(allow_null=True)
    state = serializers.SerializerMethodField()
    critical = serializers.BooleanField()
    verified_value = AnswerField(
        source="verification.value", allow_null=True, default=None, read_only=True
    )
    by = serializers.StringRelatedField(  # type: ignore[var-annotated]
        source="verification.by", allow_null=True, default=None
    )
    at = serializers.DateTimeField(source="verification.at", allow_null=True, default=None)

    def get_state(self, shown: Standing) -> str:
        """`verified`, `undone` (changed since), `to_verify`, or `not_asked` by the plan."""
        return shown.state or "not_asked"


class CountOut(serializers.Serializer):
    """How many answers were verified by a call."""

    verified = serializers.IntegerField()


class ProgressOut(serializers.Serializer):
    """How much of what the plan asks for is verified, at a site in a form."""

    site = serializers.CharField()
    form = serializers.CharField()
    due = serializers.IntegerField()
    verified = serializers.IntegerField()
    undone = serializers.IntegerField()


def _lines(row: Participant, form: str, visit: str) -> Any:
    definition, entry = form_of_visit(row, visit, form)
    return VerifiedOut(standings(definition, entry, row.number), many=True).data


class VerificationView(StudyView):
    """The answers of a form against the source."""

    actions_needed = {"get": Action.SEE_VERIFICATION, "post": Action.VERIFY_SOURCE}

    @operation("list_verification", gives=VerifiedOut(many=True))
    def get(self, request: Request, number: str, form: str, visit: str) -> Response:
        """Every answer with what a monitor has made of it."""
        row = way.find(by=self.by, number=number, action=Action.SEE_VERIFICATION)
        return Response(_lines(row, form, visit))

    @operation("verify", takes=VerificationIn, gives=VerifiedOut(many=True))
    def post(self, request: Request, number: str, form: str, visit: str) -> Response:
        """Verify an answer, or every answer of the form."""
        row = way.find(by=self.by, number=number, action=Action.VERIFY_SOURCE)
        given = self.taken(VerificationIn)
        name = given["item"]
        place = of_item(visit, form, name) if name else of_form(visit, form)
        verify(by=self.by, participant=row, place=place, seen_revision=given["seen_revision"])
        return Response(_lines(row, form, visit))


class UnverifyView(StudyView):
    """A verification taken back."""

    actions_needed = {"post": Action.VERIFY_SOURCE}

    @operation("unverify", takes=UnverifyIn, gives=VerifiedOut(many=True))
    def post(self, request: Request, number: str, form: str, visit: str) -> Response:
        """Take back the verification of one answer."""
        row = way.find(by=self.by, number=number, action=Action.VERIFY_SOURCE)
        given = self.taken(UnverifyIn)
        place = of_item(visit, form, given["item"])
        unverify(by=self.by, participant=row, place=place, reason=given["reason"])
        return Response(_lines(row, form, visit))


class VisitVerificationView(StudyView):
    """A whole visit against the source."""

    actions_needed = {"post": Action.VERIFY_SOURCE}

    @operation("verify_visit", gives=CountOut)
    def post(self, request: Request, number: str, visit: str) -> Response:
        """Verify every answer of a visit's submitted forms."""
        row = way.find(by=self.by, number=number, action=Action.VERIFY_SOURCE)
        made = verify(by=self.by, participant=row, place=of_visit(visit))
        return Response(CountOut({"verified": len(made)}).data)


class VerificationProgressView(StudyView):
    """How far verification is."""

    actions_needed = {"get": Action.SEE_VERIFICATION}

    @operation("show_verification_progress", gives=ProgressOut(many=True))
    def get(self, request: Request) -> Response:
        """What is verified of what the plan asks for, by site and form."""
        return Response(ProgressOut(progress(self.by), many=True).data)
