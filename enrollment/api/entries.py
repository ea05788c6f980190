"""A participant's answers to the case report forms, every revision."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.answers import AnswersField, AnswersView
from enrollment.api.visits import FORM_STATES
from enrollment.definitions import in_use
from enrollment.form_page import open_form
from enrollment.models import FormEntry
from enrollment.models.forms import EntryState
from enrollment.services import way
from enrollment.services.drafts import move_to_version, undo_draft
from enrollment.services.forms import save_form
from studysite.core.api_view import In, StudyView, operation
from studysite.core.errors import OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action

MOST_REPEATS = 30_000


class Why(serializers.CharField):
    """A reason."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, allow_blank=True, **kwargs)


class EntryIn(In):
    """Answers by item name. `seen_revision` is the revision that the person looked at, 0 for a form
    nobody has saved. Changing a submitted form needs a reason, for all of it or in `reasons` by
    item. An unlikely answer needs a remark by `item.code`, as the refusal names them. A repeating
    form is at the visit `log`, the next one under the next number."""

    answers = AnswersField()
    seen_revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    submit = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")
    reasons = serializers.DictField(child=Why(), default=dict)
    remarks = serializers.DictField(child=Why(), default=dict)
    repeat = serializers.IntegerField(min_value=1, max_value=MOST_REPEATS, default=1)


class RepeatIn(In):
    """Which of a repeating form; the visit of those is `log`."""

    repeat = serializers.IntegerField(min_value=1, max_value=MOST_REPEATS, default=1)


class UndoIn(RepeatIn):
    """Which draft, as it was seen."""

    seen_revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class MoveIn(UndoIn):
    """Which form, as it was seen, and why it moves."""

    reason = serializers.CharField(max_length=2000, allow_blank=True)


class RemarkOut(serializers.Serializer):
    """An unlikely answer and the reason it was kept for."""

    item = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class EntryOut(serializers.Serializer):
    """A form at a visit, as it stands."""

    form = serializers.CharField()
    form_version = serializers.CharField()
    visit = serializers.CharField()
    state = serializers.ChoiceField(FORM_STATES)
    revision = serializers.IntegerField()
    repeat = serializers.IntegerField()
    answers = AnswersField()
    remarks = RemarkOut(many=True)
    by = serializers.StringRelatedField(allow_null=True)  # type: ignore[var-annotated]
    at = serializers.DateTimeField(allow_null=True)


class RevisionOut(serializers.Serializer):
    """The answers after one save, and why a submitted form was changed."""

    number = serializers.IntegerField()
    form_version = serializers.CharField()
    state = serializers.ChoiceField(EntryState.choices)
    answers = AnswersField()
    reason = serializers.CharField()
    reasons = serializers.DictField(child=serializers.CharField())
    back_to = serializers.IntegerField(allow_null=True)
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()


def _empty(form: str, visit: str, repeat: int) -> dict[str, Any]:
    return {
        "form": form,
        "form_version": in_use(form).version,
        "visit": visit,
        "state": "empty",
        "revision": 0,
        "repeat": repeat,
        "remarks": [],
        "answers": {},
        "by": None,
        "at": None,
    }


class EntryView(AnswersView):
    """One form of one visit. The surgical finding asks for a permission of its own."""

    actions_needed = {"get": Action.SEE_CLINICAL, "put": Action.ENTER_FORM}

    @operation("show_entry", query=RepeatIn, gives=EntryOut)
    def get(self, request: Request, number: str, form: str, visit: str) -> Response:
        """The answers as they stand; an empty form has revision 0."""
        row = way.find(by=self.by, number=number, action=Action.SEE_CLINICAL)
        repeat = self.asked(RepeatIn)["repeat"]
        entry = open_form(row, form, visit, repeat).entry
        return Response(EntryOut(entry or _empty(form, visit, repeat)).data)

    @operation("save_entry", takes=EntryIn, gives=EntryOut)
    def put(self, request: Request, number: str, form: str, visit: str) -> Response:
        """Keep the answers as a new revision, as a draft or submitted."""
        row = way.find(by=self.by, number=number, action=Action.ENTER_FORM)
        given = self.taken(EntryIn)
        entry = save_form(by=self.by, participant=row, form=form, visit=visit, **given)
        return Response(EntryOut(entry).data)


class RevisionsView(StudyView):
    """How a form came to stand as it does."""

    actions_needed = {"get": Action.SEE_CLINICAL}

    @operation("list_revisions", query=RepeatIn, gives=RevisionOut(many=True))
    def get(self, request: Request, number: str, form: str, visit: str) -> Response:
        """Every revision of a form, oldest first."""
        row = way.find(by=self.by, number=number, action=Action.SEE_CLINICAL)
        entry = open_form(row, form, visit, self.asked(RepeatIn)["repeat"]).entry
        rows = entry.revisions.select_related("by") if entry else []
        return Response(RevisionOut(rows, many=True).data)


def _opened(by: User, number: str, form: str, visit: str, repeat: int) -> FormEntry:
    """A form that somebody has saved at a visit; otherwise there is none."""
    row = way.find(by=by, number=number, action=Action.ENTER_FORM)
    entry = open_form(row, form, visit, repeat).entry
    if entry is None:
        raise OutOfOrder(_("Nobody has saved this form yet."))
    return entry


class UndoView(StudyView):
    """A draft taken back."""

    actions_needed = {"post": Action.ENTER_FORM}

    @operation("undo_draft", takes=UndoIn, gives=EntryOut)
    def post(self, request: Request, number: str, form: str, visit: str) -> Response:
        """Take a draft back to what it was one save before; every revision stays."""
        given = self.taken(UndoIn)
        entry = _opened(self.by, number, form, visit, given.pop("repeat"))
        return Response(EntryOut(undo_draft(by=self.by, entry=entry, **given)).data)


class MoveView(StudyView):
    """A form taken over to a newer version."""

    actions_needed = {"post": Action.ENTER_FORM}

    @operation("move_entry_to_version", takes=MoveIn, gives=EntryOut)
    def post(self, request: Request, number: str, form: str, visit: str) -> Response:
        """Take a form over to the version in force; what that one does not ask is left out."""
        given = self.taken(MoveIn)
        entry = _opened(self.by, number, form, visit, given.pop("repeat"))
        return Response(EntryOut(move_to_version(by=self.by, entry=entry, **given)).data)
