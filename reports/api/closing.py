"""Freezing, locking and unlocking through the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import Closure
from enrollment.models.closing import Level, Scope
from enrollment.services import way
from enrollment.services.freezing import freeze, unfreeze
from reports.closures import find_request, visible, waiting
from reports.services.locking import (
    ask_unlock,
    decide_unlock,
    lock_study,
    lock_visit,
    take_back_unlock,
)
from studysite.core.api_view import In, PageIn, ReasonIn, StudyView, operation, page_of, page_out
from studysite.core.errors import NotThere
from studysite.core.roles import Action


class ClosureIn(In):
    """A freeze of a participant, or a freeze or lock of one visit. (A whole case is locked by
    `lock/`.)"""

    level = serializers.ChoiceField(Level.choices)
    visit = serializers.CharField(max_length=24, allow_blank=True, default="")
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class StudyClosureIn(In):
    """A freeze or a lock of the whole study."""

    level = serializers.ChoiceField(Level.choices)
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class DecisionIn(In):
    """What a second person says of a request to unlock."""

    granted = serializers.BooleanField()
    remark = serializers.CharField(max_length=2000, allow_blank=True, default="")


class ClosureOut(serializers.Serializer):
    """A freeze or a lock; `dataset_sha256` where it was the study that was locked."""

    id = serializers.IntegerField()
    level = serializers.ChoiceField(Level.choices)
    scope = serializers.ChoiceField(Scope.choices)
    participant = serializers.CharField(source="participant.number", allow_null=True, default=None)
    visit = serializers.CharField()
    reason = serializers.CharField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()
    dataset_sha256 = serializers.CharField()
    reopened_at = serializers.DateTimeField(allow_null=True)
    reopened_by = serializers.StringRelatedField(allow_null=True)  # type: ignore[var-annotated]
    reopened_reason = serializers.CharField()


class UnlockRequestOut(serializers.Serializer):
    """A request to unlock, and what was decided; `granted` is null until then, and stays so where
    who asked took it back."""

    id = serializers.IntegerField()
    closure = serializers.IntegerField(source="closure_id")
    reason = serializers.CharField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()
    granted = serializers.BooleanField(allow_null=True)
    remark = serializers.CharField()
    decided_by = serializers.StringRelatedField(allow_null=True)  # type: ignore[var-annotated]
    decided_at = serializers.DateTimeField(allow_null=True)
    taken_back_at = serializers.DateTimeField(allow_null=True)


class ParticipantClosuresView(StudyView):
    """Freezes and locks of one participant."""

    actions_needed = {"get": Action.SEE_CLOSURES, "post": Action.FREEZE}

    @operation("list_participant_closures", gives=ClosureOut(many=True))
    def get(self, request: Request, number: str) -> Response:
        """Every freeze and lock there was, the newest first."""
        row = way.find(by=self.by, number=number, action=Action.SEE_CLOSURES)
        rows = row.closures.select_related("participant", "by", "reopened_by")
        return Response(ClosureOut(rows, many=True).data)

    @operation("close_participant", takes=ClosureIn, gives=ClosureOut, status=201)
    def post(self, request: Request, number: str) -> Response:
        """Freeze a participant, or freeze or lock one visit."""
        row = way.find(by=self.by, number=number, action=Action.FREEZE)
        given = self.taken(ClosureIn)
        if given.pop("level") == Level.LOCKED:
            closure = lock_visit(by=self.by, participant=row, **given)
        else:
            closure = freeze(by=self.by, participant=row, **given)
        return Response(ClosureOut(closure).data, status=201)


class ClosuresView(StudyView):
    """What is frozen or locked now, and the study's own freezes and locks."""

    actions_needed = {"get": Action.SEE_CLOSURES, "post": Action.LOCK}

    @operation("list_closures", query=PageIn, gives=page_out("ClosurePageOut", ClosureOut))
    def get(self, request: Request) -> Response:
        """What is frozen or locked now at the person's sites, the newest first."""
        rows = visible(self.by).filter(reopened_at__isnull=True)
        found, page = page_of(
            rows.select_related("participant", "by", "reopened_by"), self.asked(PageIn)
        )
        return Response({**page, "results": ClosureOut(found, many=True).data})

    @operation("close_study", takes=StudyClosureIn, gives=ClosureOut, status=201)
    def post(self, request: Request) -> Response:
        """Freeze or lock the study. A lock carries the digest of the dataset."""
        given = self.taken(StudyClosureIn)
        service: Any = lock_study if given.pop("level") == Level.LOCKED else freeze
        return Response(ClosureOut(service(by=self.by, **given)).data, status=201)


class UnfreezeView(StudyView):
    """The end of a freeze."""

    actions_needed = {"post": Action.FREEZE}

    @operation("unfreeze", takes=ReasonIn, gives=ClosureOut)
    def post(self, request: Request, pk: int) -> Response:
        """Let frozen data be entered again."""
        closure = unfreeze(by=self.by, closure=_closure(self, pk), **self.taken(ReasonIn))
        return Response(ClosureOut(closure).data)


class UnlockRequestsView(StudyView):
    """Requests to unlock that wait for a second person."""

    actions_needed = {"get": Action.SEE_CLOSURES}

    @operation("list_unlock_requests", gives=UnlockRequestOut(many=True))
    def get(self, request: Request) -> Response:
        """The requests that nobody has decided yet, the oldest first."""
        rows = waiting(self.by).select_related("by", "decided_by")
        return Response(UnlockRequestOut(rows, many=True).data)


class AskUnlockView(StudyView):
    """A request to unlock."""

    actions_needed = {"post": Action.UNLOCK}

    @operation("ask_unlock", takes=ReasonIn, gives=UnlockRequestOut, status=201)
    def post(self, request: Request, pk: int) -> Response:
        """Ask that a lock be opened; another data manager decides."""
        asked = ask_unlock(by=self.by, closure=_closure(self, pk), **self.taken(ReasonIn))
        return Response(UnlockRequestOut(asked).data, status=201)


class UnlockDecisionView(StudyView):
    """The second person's word."""

    actions_needed = {"post": Action.UNLOCK}

    @operation("decide_unlock", takes=DecisionIn, gives=UnlockRequestOut)
    def post(self, request: Request, pk: int) -> Response:
        """Open a lock on somebody else's request, or refuse to."""
        asked = find_request(by=self.by, pk=pk)
        decided = decide_unlock(by=self.by, request=asked, **self.taken(DecisionIn))
        return Response(UnlockRequestOut(decided).data)


class UnlockWithdrawalView(StudyView):
    """A request taken back."""

    actions_needed = {"post": Action.UNLOCK}

    @operation("take_back_unlock", gives=UnlockRequestOut)
    def post(self, request: Request, pk: int) -> Response:
        """Take back one's own request to unlock, before anybody has decided on it."""
        asked = find_request(by=self.by, pk=pk)
        return Response(UnlockRequestOut(take_back_unlock(by=self.by, request=asked)).data)


def _closure(view: StudyView, pk: int) -> Closure:
    found = visible(view.by, Action.UNLOCK).filter(pk=pk).first()
    if found is None:
        raise NotThere(_("There is no such freeze or lock."))
    return found
