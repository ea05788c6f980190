"""Who a participant is: asked for with a reason, one at a time."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.services import way
from enrollment.services.identity import erase_identity, see_identity
from studysite.core.api_view import In, ReasonIn, StudyView, operation
from studysite.core.roles import Action


class IdentityOut(serializers.Serializer):
    """An identity out of the vault."""

    name = serializers.CharField()
    hospital_number = serializers.CharField()
    birth_on = serializers.DateField(allow_null=True)


class ErasureIn(In):
    """The subject number once more, and why."""

    typed = serializers.CharField(max_length=16)
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class IdentityView(StudyView):
    """A look into the vault."""

    actions_needed = {"post": Action.SEE_IDENTITY}

    @operation("see_identity", takes=ReasonIn, gives=IdentityOut)
    def post(self, request: Request, number: str) -> Response:
        """Open one participant's identity; the look and its reason stay on record."""
        row = way.find(by=self.by, number=number, action=Action.SEE_IDENTITY)
        person = see_identity(by=self.by, participant=row, **self.taken(ReasonIn))
        return Response(IdentityOut(person).data)


class ErasureView(StudyView):
    """The end of an identity."""

    actions_needed = {"post": Action.ERASE_IDENTITY}

    @operation("erase_identity", takes=ErasureIn, gives=None, status=204)
    def post(self, request: Request, number: str) -> Response:
        """Destroy the key to the identity; the study's rows stay, and nobody knows whose."""
        row = way.find(by=self.by, number=number, action=Action.ERASE_IDENTITY)
        erase_identity(by=self.by, participant=row, **self.taken(ErasureIn))
        return Response(status=204)
