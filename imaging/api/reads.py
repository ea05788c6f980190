"""Blinded cases, each under its reading id. Nothing here says whose they are, where or when."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.answers import AnswersField, AnswersView
from imaging.api.pictures import BYTES, PNG, PictureOut, png
from imaging.models import TrainingRead
from imaging.services import cases, results, training
from imaging.services.answering import READ
from imaging.services.case_list import Case
from studysite.core.api_view import In, StudyView, operation
from studysite.core.errors import NotThere
from studysite.core.models import User
from studysite.core.roles import Action


class DraftIn(In):
    """Answers that are not final yet. `seen_revision` is the one looked at: answers that were saved
    elsewhere meanwhile are not written over. `seconds`: how long the case was looked at since."""

    answers = AnswersField()
    seen_revision = serializers.IntegerField(min_value=0)
    seconds = serializers.IntegerField(min_value=0, max_value=86400, default=0)


class AnswersIn(In):
    """The answers of a read by item name; they cannot be changed afterwards. They are signed: with
    the password again, and the code of a second factor where one is enrolled. A training case needs
    no signature."""

    answers = AnswersField()
    password = serializers.CharField(
        max_length=200, trim_whitespace=False, allow_blank=True, default=""
    )
    code = serializers.CharField(max_length=20, allow_blank=True, default="")
    seen_revision = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    seconds = serializers.IntegerField(min_value=0, max_value=86400, default=0)


class CaseLineOut(serializers.Serializer):
    """A case in a reader's list. A `training` case is simulated."""

    reading_id = serializers.CharField()
    techniques = serializers.ListField(child=serializers.CharField())
    training = serializers.BooleanField()
    locked_at = serializers.DateTimeField(allow_null=True)


class JudgedOut(serializers.Serializer):
    """An answer on a training case, beside the right one."""

    question = serializers.CharField()
    yours = serializers.CharField()
    right = serializers.CharField()
    same = serializers.BooleanField()


class CaseOut(CaseLineOut):
    """A case: the form to fill in, the pictures of its techniques, and one's own answers."""

    form = serializers.SerializerMethodField()
    answers = AnswersField()
    revision = serializers.IntegerField(source="row.revision")
    feedback = serializers.SerializerMethodField()
    pictures = serializers.SerializerMethodField()

    def get_form(self, case: Case) -> str:
        """The form's key."""
        return READ

    @extend_schema_field(JudgedOut(many=True))
    def get_feedback(self, case: Case) -> Any:
        """What was right, once a training case is answered."""
        row = case.row
        judged = training.feedback(row) if isinstance(row, TrainingRead) and row.at else []
        return JudgedOut(judged, many=True).data

    @extend_schema_field(PictureOut(many=True))
    def get_pictures(self, case: Case) -> Any:
        """The pictures that the case is read from, and no other."""
        found = results.pictures_of(case.source, results.names_for(case.techniques))
        return PictureOut(found, many=True).data


def find_own(by: User, reading_id: str, *, third: bool) -> Case:
    """A reader's own read, or their own third read; otherwise there is none."""
    case = cases.find_case(by=by, reading_id=reading_id)
    if case.third != third:
        raise NotThere(_("There is no such case in your worklist."))
    return case


def _lines(by: User, *, third: bool) -> Any:
    found = [case for case in cases.cases_of(by=by) if case.third == third]
    return CaseLineOut(found, many=True).data


def _opened(by: User, reading_id: str, *, third: bool) -> Any:
    case = find_own(by, reading_id, third=third)
    cases.open_case(by=by, case=case)
    return CaseOut(case).data


def _saved(by: User, reading_id: str, given: dict[str, Any], *, third: bool) -> Any:
    cases.save_case(by=by, case=find_own(by, reading_id, third=third), **given)
    return CaseOut(find_own(by, reading_id, third=third)).data


def _locked(by: User, reading_id: str, given: dict[str, Any], *, third: bool) -> Any:
    cases.lock_case(by=by, case=find_own(by, reading_id, third=third), **given)
    return CaseOut(find_own(by, reading_id, third=third)).data


class ReadsView(StudyView):
    """A reader's cases."""

    actions_needed = {"get": Action.READ_CASE}

    @operation("list_reads", gives=CaseLineOut(many=True))
    def get(self, request: Request) -> Response:
        """One's own cases, the open ones first; a new reader's are the training cases."""
        cases.prepare(by=self.by)
        return Response(_lines(self.by, third=False))


class ReadView(StudyView):
    """One case."""

    actions_needed = {"get": Action.READ_CASE}

    @operation("show_read", gives=CaseOut)
    def get(self, request: Request, reading_id: str) -> Response:
        """Open a case: that it was opened is kept."""
        return Response(_opened(self.by, reading_id, third=False))


class ReadDraftView(AnswersView):
    """Answers that are not final yet."""

    actions_needed = {"put": Action.READ_CASE}

    @operation("save_read", takes=DraftIn, gives=CaseOut)
    def put(self, request: Request, reading_id: str) -> Response:
        """Keep one's answers so far."""
        return Response(_saved(self.by, reading_id, self.taken(DraftIn), third=False))


class ReadLockView(AnswersView):
    """The read itself."""

    actions_needed = {"post": Action.READ_CASE}

    @operation("lock_read", takes=AnswersIn, gives=CaseOut)
    def post(self, request: Request, reading_id: str) -> Response:
        """Keep one's answers for good."""
        given = self.taken(AnswersIn)
        return Response(_locked(self.by, reading_id, given, third=False))


class CasePictureView(StudyView):
    """One picture of a case, for a read or a third read."""

    actions_needed = {"get": Action.READ_CASE}

    @operation("show_read_picture", gives=BYTES, status=PNG)
    def get(self, request: Request, reading_id: str, side: str, name: str) -> HttpResponse:
        """The picture as PNG, of the techniques that the case is read in and of no other."""
        case = cases.find_case(by=self.by, reading_id=reading_id)
        return png(case.source, side, name, results.names_for(case.techniques))


class AdjudicationsView(StudyView):
    """The cases on which two readers differ and this one decides."""

    actions_needed = {"get": Action.ADJUDICATE}

    @operation("list_adjudications", gives=CaseLineOut(many=True))
    def get(self, request: Request) -> Response:
        """One's own third reads, the open ones first."""
        return Response(_lines(self.by, third=True))


class AdjudicationDraftView(AnswersView):
    """Answers of a third read that are not final yet."""

    actions_needed = {"put": Action.ADJUDICATE}

    @operation("save_adjudication", takes=DraftIn, gives=CaseOut)
    def put(self, request: Request, reading_id: str) -> Response:
        """Keep one's answers so far."""
        return Response(_saved(self.by, reading_id, self.taken(DraftIn), third=True))


class AdjudicationView(AnswersView):
    """One of them."""

    actions_needed = {"get": Action.ADJUDICATE, "post": Action.ADJUDICATE}

    @operation("show_adjudication", gives=CaseOut)
    def get(self, request: Request, reading_id: str) -> Response:
        """Open a third read; nobody else's answers are in it."""
        return Response(_opened(self.by, reading_id, third=True))

    @operation("adjudicate", takes=AnswersIn, gives=CaseOut)
    def post(self, request: Request, reading_id: str) -> Response:
        """Keep the answers that decide the case."""
        given = self.taken(AnswersIn)
        return Response(_locked(self.by, reading_id, given, third=True))
