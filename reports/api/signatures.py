"""Signing a case, and locking it."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.participants import ParticipantOut, participant_data
from enrollment.services import way
from reports.case.content import case_of
from reports.services.locking import lock_case
from reports.services.signing import sign_case
from studysite.core.api_view import In, ReasonIn, StudyView, operation
from studysite.core.roles import Action
from studysite.core.signing import Standing

STANDINGS = [(standing.value, standing.value) for standing in Standing]


class SignatureIn(In):
    """The password again, with the code of a second factor where one is enrolled, and what the
    signature means. `seen_sha256` is the digest of the content
    that the person looked at, such as a case summary's: other content is then not signed."""

    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(max_length=20, allow_blank=True, default="")
    meaning = serializers.CharField(max_length=200, allow_blank=True)
    seen_sha256 = serializers.CharField(max_length=64, allow_blank=True, default="")


class SignatureOut(serializers.Serializer):
    """A signature, and whether it still holds for the content as it is now. `before_unlock` is when
    the record was unlocked, if that was after it was signed."""

    printed_name = serializers.CharField()
    meaning = serializers.CharField()
    at = serializers.DateTimeField()
    content_sha256 = serializers.CharField()
    valid = serializers.BooleanField()
    standing = serializers.ChoiceField(STANDINGS)
    before_unlock = serializers.DateTimeField(allow_null=True)


class SignaturesView(StudyView):
    """The signatures under a case."""

    actions_needed = {"get": Action.SEE_CASE_SUMMARY, "post": Action.SIGN_CASE}

    @operation("list_signatures", gives=SignatureOut(many=True))
    def get(self, request: Request, number: str) -> Response:
        """Every signature, oldest first; validity is computed now."""
        row = way.find(by=self.by, number=number, action=Action.SEE_CASE_SUMMARY)
        return Response(SignatureOut(case_of(row).signatures, many=True).data)

    @operation("sign_case", takes=SignatureIn, gives=SignatureOut, status=201)
    def post(self, request: Request, number: str) -> Response:
        """Sign the case as it is now, with the password again."""
        row = way.find(by=self.by, number=number, action=Action.SIGN_CASE)
        sign_case(by=self.by, participant=row, **self.taken(SignatureIn))
        return Response(SignatureOut(case_of(row).signatures[-1]).data, status=201)


class LockView(StudyView):
    """The end of a case."""

    actions_needed = {"post": Action.LOCK}

    @operation("lock_case", takes=ReasonIn, gives=ParticipantOut)
    def post(self, request: Request, number: str) -> Response:
        """Close a signed case for good."""
        row = way.find(by=self.by, number=number, action=Action.LOCK)
        lock_case(by=self.by, participant=row, **self.taken(ReasonIn))
        return Response(participant_data(row, self.by))
