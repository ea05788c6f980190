"""The field of each kind of question. What may be entered is for the definition's own checks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.crfs.definition import Item, ItemType


class _CheckedByDefinition:
    """Reads what was typed; whether it may be so is for the definition's own checks to say."""

    def validate(self, value: Any) -> None:
        """Nothing here: `enrollment.crfs.checking.find` is the one place."""


class _Code(_CheckedByDefinition, forms.ChoiceField):
    pass


class _WholeCode(_CheckedByDefinition, forms.TypedChoiceField):
    pass


class _Codes(_CheckedByDefinition, forms.MultipleChoiceField):
    pass


class _Integer(_CheckedByDefinition, forms.IntegerField):
    pass


class _Decimal(_CheckedByDefinition, forms.FloatField):
    pass


class _Text(_CheckedByDefinition, forms.CharField):
    pass


class _Moment(_CheckedByDefinition, forms.CharField):
    """Text as the browser writes a moment; seconds are dropped."""

    def clean(self, value: Any) -> Any:
        """`YYYY-MM-DDTHH:MM`."""
        text = str(super().clean(value)).replace(" ", "T")
        return text[:-3] if text.count(":") == 2 else text


class _Tick(_CheckedByDefinition, forms.NullBooleanField):
    """Yes, no, or not answered."""


def field_for(item: Item) -> forms.Field:
    """The field of one question."""
    words: dict[str, Any] = {
        "label": item.question,
        "help_text": item.help,
        "required": item.required and not item.computed,
    }
    made = _made(item, words)
    made.unit = item.unit  # type: ignore[attr-defined]
    if item.computed:
        made.disabled = True
    return made


def _made(item: Item, words: dict[str, Any]) -> forms.Field:
    choices = [(code.value, code.label) for code in item.codes]
    if item.type is ItemType.CODE:
        return _Code(choices=choices, widget=forms.RadioSelect, **words)
    if item.type is ItemType.CODES:
        return _Codes(choices=choices, widget=forms.CheckboxSelectMultiple, **words)
    if item.type is ItemType.INTEGER and choices:
        return _WholeCode(
            choices=choices, coerce=int, empty_value=None, widget=forms.RadioSelect, **words
        )
    if item.type is ItemType.INTEGER:
        return _Integer(**words)
    if item.type is ItemType.DECIMAL:
        return _Decimal(widget=forms.NumberInput(attrs={"step": "any"}), **words)
    if item.type is ItemType.BOOLEAN:
        chosen = [("True", _("Yes")), ("False", _("No"))]
        return _Tick(widget=forms.RadioSelect(choices=chosen), **words)
    return _text(item, words)


def _text(item: Item, words: dict[str, Any]) -> forms.Field:
    if item.type is ItemType.DATE:
        return _Text(widget=forms.TextInput(attrs={"type": "date"}), **words)
    if item.type is ItemType.DATETIME:
        return _Moment(widget=forms.TextInput(attrs={"type": "datetime-local"}), **words)
    if item.type is ItemType.PARTIAL_DATE:
        return _Text(widget=forms.TextInput(attrs={"placeholder": "YYYY-MM-DD"}), **words)
    return _Text(widget=forms.Textarea(attrs={"rows": 1}), **words)
