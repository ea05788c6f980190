"""A form of a participant, opened: its definition as captured, its entry, and what a page says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.answers import Shown, show, shown
from enrollment.crfs.checking import sentence_of
from enrollment.crfs.definition import Form, Place, Section
from enrollment.crfs.registry import form_of
from enrollment.definitions import at_visit, captured
from enrollment.entry import AnswersForm
from enrollment.journey import ENDED, State
from enrollment.models import FormEntry, Participant, Visit
from enrollment.models.forms import LOG, EntryState
from enrollment.protocol.definition import VisitPlan
from enrollment.protocol.loader import current
from enrollment.services.closing import closure_over
from enrollment.services.records import record_of
from studysite.core.errors import NotThere


@dataclass(frozen=True)
class Opened:
    """A form of one participant at one visit, or of the log."""

    participant: Participant
    definition: Form
    entry: FormEntry | None
    visit_key: str
    visit: Visit | None
    plan: VisitPlan | None
    repeat: int

    @property
    def answers(self) -> dict[str, Any]:
        """What is saved."""
        return dict(self.entry.answers) if self.entry else {}

    @property
    def submitted(self) -> bool:
        """Whether the form is complete."""
        return self.entry is not None and self.entry.state == EntryState.SUBMITTED

    @property
    def is_open(self) -> bool:
        """Whether anybody may still fill it in."""
        state = State(self.participant.state)
        over = state in ENDED and (self.visit_key != LOG or state is State.LOCKED)
        return not over and closure_over(self.participant, visit=self.visit_key) is None

    @property
    def where(self) -> str:
        """The visit's name, or the number on the log."""
        return self.plan.label if self.plan else _("No. %(number)d") % {"number": self.repeat}

    @property
    def url(self) -> str:
        """The page of this form."""
        return form_url(self.participant.number, self.visit_key, self.definition.key, self.repeat)

    @property
    def history_url(self) -> str:
        """The page of its revisions."""
        number, key = self.participant.number, self.definition.key
        return form_url(number, self.visit_key, key, self.repeat, "form_history")

    def version(self, version: str) -> Form:
        """The same form in another version."""
        scales = self.plan.scales if self.plan else ()
        return form_of(self.definition.key, version).narrowed(scales)

    def form(self, data: Any = None) -> AnswersForm:
        """The page form with what is saved, or with what was sent."""
        return AnswersForm(
            self.definition,
            data,
            answers=self.answers,
            revision=self.entry.revision if self.entry else 0,
            changing=self.submitted,
            record=record_of(self.participant, self.visit_key),
        )


def form_url(number: str, visit: str, key: str, repeat: int = 1, page: str = "form") -> str:
    """Where a form of a participant is."""
    if visit == LOG:
        return reverse(f"enrollment:log_{page}", args=[number, key, repeat])
    return reverse(f"enrollment:{page}", args=[number, visit, key])


def open_form(row: Participant, key: str, visit: str, repeat: int = 1) -> Opened:
    """The form of a visit that is on the participant's calendar, or of the log. NotThere for one
    that is on neither."""
    definition, plan = at_visit(key, visit), current().find_visit(visit)
    rows = row.entries.filter(form=key, visit=visit).select_related("by")
    if visit == LOG:
        if definition.place is not Place.LOG or not 1 <= repeat <= rows.count() + 1:
            raise NotThere(_("This participant has no such form at this visit."))
        calendar = None
    else:
        calendar = row.visits.filter(key=visit).first()
        if calendar is None or plan is None or key not in plan.forms:
            raise NotThere(_("This participant has no such form at this visit."))
    entry = rows.filter(repeat=repeat).first()
    definition = captured(entry) if entry else definition
    return Opened(row, definition, entry, visit, calendar, plan, repeat)


@dataclass(frozen=True)
class GroupShown:
    """The answers under one heading."""

    section: Section | None
    lines: list[Shown]


def groups_shown(definition: Form, answers: Mapping[str, Any]) -> list[GroupShown]:
    """Every question that was asked with its answer, under its heading."""
    groups: list[GroupShown] = []
    for line in shown(definition, answers):
        key = groups[-1].lines[0].section if groups else None
        if line.section != key:
            groups.append(GroupShown(definition.section(line.section), []))
        groups[-1].lines.append(line)
    return groups


def remarks_of(definition: Form, remarks: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What was unlikely and kept for a reason, in the reader's language."""
    items = {item.name: item for item in definition.items}
    return [
        {
            "question": items[note["item"]].question,
            "answer": show(items[note["item"]], note["answer"]),
            "sentence": sentence_of(definition, note["code"], note["parameters"]),
            "reason": note["reason"],
        }
        for note in remarks
        if note["item"] in items
    ]
