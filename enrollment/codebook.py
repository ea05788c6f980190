"""Every item of every form in force, as rows for a data analyst."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from enrollment.crfs.definition import Form, Item
from enrollment.crfs.registry import FORMS
from enrollment.crfs.written import as_data, digest_of
from enrollment.definitions import in_use

# A spreadsheet would take a cell that begins like this for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "form", "version", "place", "repeating", "section", "item", "question_en", "question_zh",
    "type", "unit", "minimum", "maximum", "likely_low", "likely_high", "required", "critical",
    "codes", "asked_if", "formula", "checks", "missing_rule_en", "missing_rule_zh",
)  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """One row an item."""
    forms = [in_use(key) for key in FORMS]
    return [row_of(form, item) for form in forms for item in form.items]


def row_of(form: Form, item: Item) -> dict[str, Any]:
    """What there is to know of an item."""
    section, (low, high) = form.section(item.section), item.likely
    return {
        "form": form.key,
        "version": form.version,
        "place": form.place.value,
        "repeating": form.repeating,
        "section": item.section,
        "item": item.name,
        "question_en": item.question_en,
        "question_zh": item.question_zh,
        "type": item.type.value,
        "unit": item.unit,
        "minimum": item.minimum,
        "maximum": item.maximum,
        "likely_low": low,
        "likely_high": high,
        "required": item.required and not item.computed,
        "critical": item.critical,
        "codes": as_data(item.codes),
        "asked_if": as_data(item.show_if),
        "formula": as_data(item.formula),
        "checks": [as_data(check) for check in form.checks if check.item == item.name],
        "missing_rule_en": section.rule_en if section and item.computed else "",
        "missing_rule_zh": section.rule_zh if section and item.computed else "",
    }


def as_json() -> str:
    """The codebook with the digest of each definition."""
    used = [in_use(key) for key in FORMS]
    forms = {form.key: {"version": form.version, "sha256": digest_of(form)} for form in used}
    content = {"schema": "codebook/1", "forms": forms, "items": rows()}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def as_csv() -> str:
    """The codebook as a table; what is nested is JSON in its cell."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in rows():
        table.writerow([cell(row[column]) for column in COLUMNS])
    return out.getvalue()


def cell(value: Any) -> str:
    """A value in its cell; one that a spreadsheet would compute is defused."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int | float) else text
