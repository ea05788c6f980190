"""What both versions of ODM write of the clinical data: records, and what each save changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from enrollment.crfs.definition import Form
from enrollment.models import Participant
from reports.exports.captured import forms_shown
from reports.exports.columns import Table
from reports.exports.scope import Scope
from reports.exports.tables import TABLES
from reports.exports.values import every_version


def shown(scope: Scope) -> tuple[list[Form], list[Table]]:
    """The definitions that a scope has use for: forms in every version, and kinds of records."""
    keys = forms_shown(scope)
    forms = [form for form in every_version() if form.key in keys]
    return forms, [table for table in TABLES if table.shown(scope)]


def rows_of(
    chunk: list[Participant], scope: Scope, tables: Iterable[Table]
) -> dict[str, dict[Table, list[dict[str, Any]]]]:
    """The records of some participants by number and table."""
    found: dict[str, dict[Table, list[dict[str, Any]]]] = {}
    for table in tables:
        columns = [column.name for column in table.shown(scope)]
        for number, values in table.rows(chunk, scope):
            here = found.setdefault(number, {}).setdefault(table, [])
            here.append(dict(zip(columns, values, strict=True)))
    return found


def changed(
    form: Form, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, list[tuple[str, Any, str]]]:
    """By section: item, value and transaction of each answer that is not as before."""
    found: dict[str, list[tuple[str, Any, str]]] = {}
    for item in form.items:
        old, new = before.get(item.name), after.get(item.name)
        if old != new:
            kind = "Insert" if old is None else "Remove" if new is None else "Update"
            found.setdefault(item.section, []).append((item.name, new, kind))
    return found
