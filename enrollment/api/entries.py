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
from enrollment.models import FormEntry, Participant
from enrollment.models.forms import EntryState
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.forms import save_form
from studysite.core.api_view import In, StudyView, operation
from studysite.core.errors import NotThere
from studysite.core.roles import Action


class EntryIn(In):
    """Answers by item name. `seen_revision` is the revision that the person looked at, 0 for a form
    nobody has saved. Changing a submitted form needs a reason."""

    answers = AnswersField()
    seen_revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    submit = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


class EntryOut(serializers.Serializer):
    """A form at a visit, as it stands."""

    form = serializers.CharField()
    form_version = serializers.CharField()
    visit = serializers.CharField()
    state = serializers.ChoiceField(FORM_STATES)
    revision = serializers.IntegerField()
    answers = AnswersField()
    by = serializers.StringRelatedField(allow_null=True)  # type: ignore[var-annotated]
    at = serializers.DateTimeField(allow_null=True)


class RevisionOut(serializers.Serializer):
    """The answers after one save, and why a submitted form was changed."""

    number = serializers.IntegerField()
    form_version = serializers.CharField()
    state = serializers.ChoiceField(EntryState.choices)
    answers = AnswersField()
    reason = serializers.CharField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]
    at = serializers.DateTimeField()


def _entry_at(row: Participant, form: str, visit: str) -> FormEntry | None:
    """The entry, if there is one. NotThere for a form that is not on the calendar."""
    plan = current().find_visit(visit)
    planned = plan is not None and in_use(form).key in plan.forms
    if not planned or not row.visits.filter(key=visit).exists():
        raise NotThere(_("This participant has no such form at this visit."))
    return row.entries.filter(form=form, visit=visit).select_related("by").first()


def _empty(form: str, visit: str) -> dict[str, Any]:
    return {
        "form": form,
        "form_version": in_use(form).version,
        "visit": visit,
        "state": "empty",
        "revision": 0,
        "answers": {},
        "by": None,
        "at": None,
    }


class EntryView(AnswersView):
    """One form of one visit. The surgical finding asks for a permission of its own."""

    actions_needed = {"get": Action.SEE_CLINICAL, "put": Action.ENTER_FORM}

    @operation("show_entry", gives=EntryOut)
    def get(self, request: Request, number: str, form: str, visit: str) -> Response:
        """The answers as they stand; an empty form has revision 0."""
        row = way.find(by=self.by, number=number, action=Action.SEE_CLINICAL)
        entry = _entry_at(row, form, visit)
        return Response(EntryOut(entry or _empty(form, visit)).data)

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

    @operation("list_revisions", gives=RevisionOut(many=True))
    def get(self, request: Request, number: str, form: str, visit: str) -> Response:
        """Every revision of a form, oldest first."""
        row = way.find(by=self.by, number=number, action=Action.SEE_CLINICAL)
        entry = _entry_at(row, form, visit)
        rows = entry.revisions.select_related("by") if entry else []
        return Response(RevisionOut(rows, many=True).data)
