"""Case report forms as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from enrollment.answers import show
from enrollment.crfs.definition import Form, Item
from enrollment.crfs.registry import FORMS, form_of
from enrollment.models import Participant
from enrollment.models.forms import EntryState
from enrollment.protocol.loader import current


@dataclass(frozen=True)
class Answer:
    """One answer of a form, as it was stored."""

    form: str
    name: str
    value: Any
    version: str = ""

    @property
    def item(self) -> Item | None:
        """The item, where that version of the form has it."""
        form = form_of(self.form, self.version) if self.form in FORMS else None
        return {item.name: item for item in form.items}.get(self.name) if form else None

    @property
    def question(self) -> str:
        """The question in words."""
        return self.item.question if self.item else self.name

    @property
    def unit(self) -> str:
        """The unit of a number."""
        return self.item.unit if self.item else ""

    @property
    def label(self) -> str:
        """The answer in words."""
        return show(self.item, self.value) if self.item else str(self.value)


@dataclass(frozen=True)
class Filled:
    """One form at one visit, as it stands."""

    form: str
    form_version: str
    visit: str
    state: str
    revision: int
    answers: tuple[Answer, ...]
    by: str
    at: datetime
    repeat: int = 1

    @property
    def plan(self) -> Form | None:
        """The form's definition, as its answers were captured."""
        return form_of(self.form, self.form_version) if self.form in FORMS else None

    @property
    def title(self) -> str:
        """The form's title."""
        return self.plan.title if self.plan else self.form

    @property
    def visit_label(self) -> str:
        """The visit's name; a repeating form's own number where it belongs to none."""
        plan = current().find_visit(self.visit)
        return plan.label if plan else _("No. %(number)d") % {"number": self.repeat}

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(EntryState(self.state).label)

    def answer(self, name: str) -> Answer | None:
        """The answer to one item."""
        return {answer.name: answer for answer in self.answers}.get(name)


def forms_of(participant: Participant) -> tuple[Filled, ...]:
    """Every form as it stands, in the order of the visits and of the forms."""
    visits = [plan.key for plan in current().visits]
    forms = [
        Filled(
            form=row.form,
            form_version=row.form_version,
            visit=row.visit,
            state=row.state,
            revision=row.revision,
            answers=answers_of(row.form, row.answers, row.form_version),
            by=str(row.by),
            at=row.at,
            repeat=row.repeat,
        )
        for row in participant.entries.all()
    ]
    places = {visit: place for place, visit in enumerate(visits)}

    def order(row: Filled) -> tuple[int, str, str, int]:
        return places.get(row.visit, len(places)), row.visit, row.form, row.repeat

    return tuple(sorted(forms, key=order))


def answers_of(form: str, answers: Mapping[str, Any], version: str = "") -> tuple[Answer, ...]:
    """Answers in the order of the form's items; one that the form has no longer comes last."""
    names = [item.name for item in form_of(form, version).items] if form in FORMS else []
    order = {name: place for place, name in enumerate(names)}
    known = sorted(answers, key=lambda name: (order.get(name, len(order)), name))
    return tuple(Answer(form, name, answers[name], version) for name in known)
