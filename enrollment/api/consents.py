"""Consent."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.services import way
from enrollment.services.consent import record_consent
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action


class ConsentIn(In):
    """A signed version of the consent form."""

    document_version = serializers.CharField(max_length=16)
    language = serializers.CharField(max_length=8)
    signed_on = serializers.DateField()


class ConsentOut(serializers.Serializer):
    """A signed version of the consent form, and before whom."""

    document_version = serializers.CharField()
    language = serializers.CharField()
    signed_on = serializers.DateField()
    obtained_by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    recorded_at = serializers.DateTimeField()


class ConsentsView(StudyView):
    """What a participant agreed to."""

    actions_needed = {"get": Action.SEE_PARTICIPANTS, "post": Action.RECORD_CONSENT}

    @operation("list_consents", gives=ConsentOut(many=True))
    def get(self, request: Request, number: str) -> Response:
        """The signed versions of the consent form."""
        row = way.find(by=self.by, number=number, action=Action.SEE_PARTICIPANTS)
        return Response(ConsentOut(row.consents.select_related("obtained_by"), many=True).data)

    @operation("record_consent", takes=ConsentIn, gives=ConsentOut, status=201)
    def post(self, request: Request, number: str) -> Response:
        """Record that the participant signed a version of the consent form."""
        row = way.find(by=self.by, number=number, action=Action.RECORD_CONSENT)
        consent = record_consent(by=self.by, participant=row, **self.taken(ConsentIn))
        return Response(ConsentOut(consent).data, status=201)
