"""The sealed list by its digest, and the arms told to somebody who was blinded."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import AllocationList
from enrollment.models.allocation import UnblindingCategory
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.allocation import seal_list, sealed_list
from enrollment.services.unblinding import unblind, unblindings
from studysite.core.api_view import In, PageIn, StudyView, operation, page_of, page_out
from studysite.core.roles import Action


class SealedListOut(serializers.Serializer):
    """A sealed list. What it holds is in no answer."""

    algorithm = serializers.CharField()
    slots_count = serializers.IntegerField()
    sha256 = serializers.CharField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()


class AllocationOut(serializers.Serializer):
    """How arms are given; the list is null until it is sealed, and where arms are assigned."""

    method = serializers.CharField()
    list = SealedListOut(allow_null=True)


class UnblindIn(In):
    """Who is told one participant's arm, and why."""

    category = serializers.ChoiceField(UnblindingCategory.choices)
    told = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class UnblindingOut(serializers.Serializer):
    """An arm told to somebody who was blinded."""

    participant = serializers.CharField(source="participant.number")
    category = serializers.ChoiceField(UnblindingCategory.choices)
    told = serializers.CharField()
    reason = serializers.CharField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()


class UnblindedOut(UnblindingOut):
    """The arm as well, for the person who unblinds."""

    arm = serializers.CharField(source="participant.enrolment.arm")


class AllocationView(StudyView):
    """How arms are given."""

    actions_needed = {"get": Action.SEE_ALLOCATION, "post": Action.SEAL_ALLOCATION}

    @operation("show_allocation", gives=AllocationOut)
    def get(self, request: Request) -> Response:
        """The method, and the sealed list by its digest."""
        return Response(_shown(sealed_list()))

    @operation("seal_allocation", gives=AllocationOut, status=201)
    def post(self, request: Request) -> Response:
        """Draw the list from a fresh seed and seal it, before the first enrolment."""
        return Response(_shown(seal_list(by=self.by)), status=201)


class UnblindingsView(StudyView):
    """Every unblinding at the person's sites."""

    actions_needed = {"get": Action.SEE_UNBLINDINGS}

    @operation("list_unblindings", query=PageIn, gives=page_out("UnblindingPageOut", UnblindingOut))
    def get(self, request: Request) -> Response:
        """Who was told an arm, by whom and why, newest first."""
        rows, page = page_of(unblindings(self.by), self.asked(PageIn))
        return Response({**page, "results": UnblindingOut(rows, many=True).data})


class UnblindView(StudyView):
    """One participant's arm, told."""

    actions_needed = {"post": Action.UNBLIND}

    @operation("unblind", takes=UnblindIn, gives=UnblindedOut, status=201)
    def post(self, request: Request, number: str) -> Response:
        """Open the arm; who is told and why stay on record."""
        row = way.find(by=self.by, number=number, action=Action.UNBLIND)
        told = unblind(by=self.by, participant=row, **self.taken(UnblindIn))
        return Response(UnblindedOut(told).data, status=201)


def _shown(row: AllocationList | None) -> object:
    return AllocationOut({"method": current().allocation.method, "list": row}).data
