"""The page form of any case report form, made from its definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from enrollment.crfs.definition import Form, Item, ItemType
from enrollment.services.forms import FormInvalid
from studysite.core.errors import StudyError
from studysite.core.webforms import ReasonField, StudyForm


class _CheckedByDefinition:
    """Reads what was typed; whether it may be so is for the definition's own checks to say."""

    def validate(self, value: Any) -> None:
        """Nothing here: `enrollment.crfs.definition.check` is the one place."""


class _Code(_CheckedByDefinition, forms.ChoiceField):
    pass


class _Integer(_CheckedByDefinition, forms.IntegerField):
    pass


class _Decimal(_CheckedByDefinition, forms.FloatField):
    pass


class _Text(_CheckedByDefinition, forms.CharField):
    pass


class _Reason(_CheckedByDefinition, ReasonField):
    """Asked for by the service, once the answers differ."""


def _field(item: Item) -> forms.Field:
    """The field of one question."""
    words: dict[str, Any] = {
        "label": item.question,
        "help_text": item.help,
        "required": item.required,
    }
    if item.type is ItemType.CODE:
        choices = [(code.value, code.label) for code in item.codes]
        return _Code(choices=choices, widget=forms.RadioSelect, **words)
    if item.type is ItemType.INTEGER:
        return _Integer(**words)
    if item.type is ItemType.DECIMAL:
        return _Decimal(widget=forms.NumberInput(attrs={"step": "any"}), **words)
    if item.type is ItemType.DATE:
        return _Text(widget=forms.TextInput(attrs={"type": "date"}), **words)
    if item.type is ItemType.PARTIAL_DATE:
        return _Text(widget=forms.TextInput(attrs={"placeholder": "YYYY-MM-DD"}), **words)
    return _Text(widget=forms.Textarea(attrs={"rows": 1}), **words)


@dataclass(frozen=True)
class Question:
    """A question on the page: its field, and when it is asked."""

    field: BoundField
    asked: bool
    gate: str
    opens_at: str


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
    ) -> None:
        super().__init__(data, initial={**answers, "seen_revision": revision})
        self.definition = definition
        for item in definition.items:
            self.fields[item.name] = _field(item)
            self.fields[item.name].unit = item.unit  # type: ignore[attr-defined]
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
            if answer not in (None, "") and item.asked(kept):
                kept[item.name] = answer
        return kept

    def questions(self) -> list[Question]:
        """Every question in order."""
        self.is_valid()  # Reads the input, where there is some.
        answers = self.answers()
        return [
            Question(
                self[item.name],
                item.asked(answers),
                item.show_if[0] if item.show_if else "",
                " ".join(item.show_if[1]) if item.show_if else "",
            )
            for item in self.definition.items
        ]

    def refuse(self, refusal: StudyError) -> None:
        """Each problem at its question."""
        if not isinstance(refusal, FormInvalid):
            return super().refuse(refusal)
        self.refusal = refusal
        for problem in refusal.problems:
            self.add_error(problem.item if problem.item in self.fields else None, problem.sentence)
        return None
