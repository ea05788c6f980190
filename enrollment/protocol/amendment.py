"""An amendment laid over the version that it amends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What names a row of a list of tables.
NAMES = ("key", "id", "sequence", "version")


def merged(before: Any, after: Any) -> Any:
    """What stands after an amendment: tables are laid over each other, rows matched by their name,
    a new row comes last, and any other value takes the place of the old one."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return {
            **before,
            **{
                name: merged(before[name], value) if name in before else value
                for name, value in after.items()
            },
        }
    if _rows(before) and _rows(after):
        rows = {_name(row): row for row in before}
        for row in after:
            rows[_name(row)] = merged(rows.get(_name(row), {}), row)
        return list(rows.values())
    return after


def _rows(value: Any) -> bool:
    tables = isinstance(value, list) and all(isinstance(row, Mapping) for row in value)
    return tables and all(_name(row) for row in value)


def _name(row: Mapping[str, Any]) -> str:
    return str(next((row[name] for name in NAMES if name in row), ""))
