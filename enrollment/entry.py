"""The page form of any case report form, made from its definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from enrollment.answers import show
from enrollment.crfs.checking import BLANK, Finding, completed
from enrollment.crfs.definition import Form, Item, Section
from enrollment.crfs.expression import Record
from enrollment.entry_fields import field_for
from enrollment.services.forms import FormInvalid, FormUnlikely, ReasonsNeeded
from studysite.core.errors import StudyError
from studysite.core.webforms import ReasonField, StudyForm

REMARK = "remark-"
WHY = "why-"
# More questions than this under one instrument stand close.
ALIKE = 5
# What a person chose where somebody else had saved another answer meanwhile.
KEEP = "keep-"


class _Reason(ReasonField):
    """Asked for by the service, once the answers differ."""

    def validate(self, value: Any) -> None:
        """Nothing here: the service says whether it is needed."""


@dataclass(frozen=True)
class Question:
    """A question on the page: its field, when it is asked, what it was computed to, and where a
    reason is wanted the field for it."""

    item: Item
    field: BoundField
    asked: bool
    gate: str
    opens_at: str
    computed: str = ""
    remarks: tuple[tuple[str, BoundField], ...] = ()
    why: BoundField | None = None


@dataclass(frozen=True)
class Group:
    """The questions under one heading."""

    section: Section | None
    questions: list[Question]

    @property
    def compact(self) -> bool:
        """Whether it is a questionnaire of many like questions."""
        return self.section is not None and self.section.chosen and len(self.questions) > ALIKE


class AnswersForm(StudyForm):
    """The answers of one case report form. `seen_revision` is the one the person looked at;
    `changing` asks for a reason, because the form was submitted before."""

    seen_revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        definition: Form,
        data: Mapping[str, Any] | None = None,
        *,
        answers: Mapping[str, Any],
        revision: int,
        changing: bool,
        record: Record | None = None,
    ) -> None:
        super().__init__(data, initial={**answers, "seen_revision": revision})
        self.definition, self.record = definition, record or Record()
        self.unlikely: list[Finding] = []
        for item in definition.items:
            self.fields[item.name] = field_for(item)
        if changing:
            self.fields["reason"] = _Reason(
                label=_("Reason for the change"),
                help_text=_("The form was submitted; the old answers and this reason are kept."),
            )

    def answers(self) -> dict[str, Any]:
        """What was answered. An answer to a question that another answer has closed is left out."""
        given = self.cleaned_data if self.is_bound else self.initial
        kept: dict[str, Any] = {}
        for item in self.definition.items:
            answer = given.get(item.name)
            if answer not in BLANK and not item.computed and item.asked(kept):
                kept[item.name] = answer
        return kept

    def reasons(self) -> dict[str, str]:
        """Why each item was changed, where that was said item by item."""
        return self._said(WHY)

    def remarks(self) -> dict[str, str]:
        """Why each unlikely answer is right."""
        return self._said(REMARK)

    def _said(self, prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): str(self.data[name]).strip()[:2000]
            for name in self.data
            if name.startswith(prefix)
        }

    def groups(self) -> list[Group]:
        """Every question in order, under its heading."""
        groups: list[Group] = []
        for question in self.questions():
            if not groups or _key(groups[-1]) != question.item.section:
                section = self.definition.section(question.item.section)
                groups.append(Group(section, []))
            groups[-1].questions.append(question)
        return groups

    def questions(self) -> list[Question]:
        """Every question in order."""
        self.is_valid()  # Reads the input, where there is some.
        answers = completed(self.definition, self.answers(), self.record)
        return [
            Question(
                item,
                self[item.name],
                item.asked(answers),
                item.show_if[0] if item.show_if else "",
                " ".join(item.show_if[1]) if item.show_if else "",
                show(item, answers.get(item.name)) if item.computed else "",
                tuple(self._remarks_of(item)),
                self[f"{WHY}{item.name}"] if f"{WHY}{item.name}" in self.fields else None,
            )
            for item in self.definition.items
        ]

    def _remarks_of(self, item: Item) -> Iterator[tuple[str, BoundField]]:
        for finding in self.unlikely:
            if finding.item == item.name:
                yield finding.sentence, self[f"{REMARK}{finding.key}"]

    def refuse(self, refusal: StudyError) -> None:
        """Each problem at its question; where a reason is wanted, the field for it."""
        if isinstance(refusal, FormUnlikely):
            self._ask_remarks(refusal.problems)
        elif isinstance(refusal, ReasonsNeeded):
            for name in refusal.items:
                self.fields[f"{WHY}{name}"] = _Reason(label=_("Why it is changed"))
        if not isinstance(refusal, FormInvalid):
            return super().refuse(refusal)
        self.refusal = refusal
        for problem in refusal.problems:
            self.add_error(problem.item if problem.item in self.fields else None, problem.sentence)
        return None

    def _ask_remarks(self, unlikely: list[Finding]) -> None:
        self.unlikely = unlikely
        for finding in unlikely:
            label = _("Why it is right all the same")
            self.fields[f"{REMARK}{finding.key}"] = _Reason(label=label)


def _key(group: Group) -> str:
    return group.section.key if group.section else ""
