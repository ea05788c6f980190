"""Answers as ODM writes them, and the kinds of data it has for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from enrollment.crfs.definition import Check, Form, Item, ItemType
from enrollment.crfs.registry import FORMS, versions_of
from enrollment.crfs.written import as_data
from reports.exports.columns import Kind

# Hears how far a long work is, 0 to 1.
Tell = Callable[[float], None]
TYPES = {
    ItemType.CODE: "text",
    ItemType.CODES: "text",
    ItemType.INTEGER: "integer",
    ItemType.DECIMAL: "float",
    ItemType.DATE: "date",
    ItemType.PARTIAL_DATE: "partialDate",
    ItemType.DATETIME: "partialDatetime",
    ItemType.TEXT: "text",
    ItemType.BOOLEAN: "boolean",
}
KINDS = {
    Kind.TEXT: "text",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "float",
    Kind.DATE: "date",
    Kind.MOMENT: "datetime",
    Kind.BOOLEAN: "boolean",
    Kind.JSON: "text",
}
# Several answers to one question stand in one value.
BETWEEN = "|"
# The language of the rules: nested lists, as in the codebook.
RULES = "studysite/expression-1"


def text_of(answer: Any) -> str:
    """An answer as the value of an item."""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, list):
        return BETWEEN.join(str(each) for each in answer)
    return str(answer)


def bounds(item: Item) -> Iterator[tuple[str, float, str]]:
    """Comparator, limit, and whether it refuses (Hard) or asks (Soft)."""
    low, high = item.likely
    for comparator, limit, weight in (
        ("GE", item.minimum, "Hard"),
        ("LE", item.maximum, "Hard"),
        ("GE", low, "Soft"),
        ("LE", high, "Soft"),
    ):
        if limit is not None:
            yield comparator, limit, weight


def rule(expression: Any) -> str:
    """An expression of a definition as text."""
    return json.dumps(as_data(expression), ensure_ascii=False)


def checks_of(form: Form, item: Item) -> list[Check]:
    """The checks whose sentence stands at an item."""
    return [check for check in form.checks if check.item == item.name]


def sections_of(form: Form) -> dict[str, list[Item]]:
    """The items by their heading, in order."""
    found: dict[str, list[Item]] = {}
    for item in form.items:
        found.setdefault(item.section, []).append(item)
    return found


def every_version() -> list[Form]:
    """Every form in every version."""
    return [form for key in FORMS for form in versions_of(key).values()]
