"""Answers of case report forms as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from enrollment.crfs.definition import Form, Item, ItemType


@dataclass(frozen=True)
class Shown:
    """A question and its answer in the reader's language."""

    question: str
    answer: str
    unit: str
    section: str = ""
    name: str = ""
    computed: bool = False


@dataclass(frozen=True)
class Difference:
    """A question whose answer changed. An empty text stands for no answer."""

    question: str
    before: str
    after: str
    name: str = field(default="", compare=False)
    reason: str = ""


def show(item: Item, answer: Any) -> str:
    """An answer as text; a code by its label."""
    if answer in (None, ""):
        return ""
    labels = {code.value: code.label for code in item.codes}
    if isinstance(answer, list):
        return ", ".join(labels.get(each, str(each)) for each in answer)
    if isinstance(answer, bool):
        return _("Yes") if answer else _("No")
    if item.codes:
        return labels.get(str(answer), str(answer))
    if item.type is ItemType.DATETIME:
        return str(answer).replace("T", " ")
    if item.type is ItemType.DECIMAL and isinstance(answer, int | float):
        return f"{answer:g}"
    return str(answer)


def shown(form: Form, answers: Mapping[str, Any]) -> list[Shown]:
    """Every question that was asked, with its answer."""
    return [
        Shown(
            item.question,
            show(item, answers.get(item.name)),
            item.unit,
            item.section,
            item.name,
            item.computed,
        )
        for item in form.items
        if item.asked(answers)
    ]


def differences(
    form: Form,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reasons: Mapping[str, str] | None = None,
) -> list[Difference]:
    """What changed between two sets of answers, with the reason of each where one was said."""
    told = reasons or {}
    return [
        Difference(
            item.question,
            show(item, before.get(item.name)),
            show(item, after.get(item.name)),
            item.name,
            told.get(item.name, ""),
        )
        for item in form.items
        if before.get(item.name) != after.get(item.name)
    ]
