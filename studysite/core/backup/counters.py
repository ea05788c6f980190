"""The number that each table gave out last: a row that was removed does not lend its own again."""

from __future__ import annotations

from django.db import connections
from django.db.models import Model

from studysite.core.audit.sqlite import quote
from studysite.core.backup.rows import Kept, Registry


def read(using: str, tables: list[Kept], registry: Registry) -> dict[str, int]:
    """The last number of each table that counts, by table."""
    found = {}
    for kept in tables:
        column = _counting(kept.model_in(registry))
        if column and (last := _last(using, kept.table, column)):
            found[kept.table] = last
    return found


def write(using: str, tables: list[Kept], registry: Registry, known: dict[str, int]) -> None:
    """Let each table count on from where it was, or from its largest row, which may be later."""
    for kept in tables:
        column = _counting(kept.model_in(registry))
        if not column:
            continue
        with connections[using].cursor() as cursor:
            cursor.execute(f"SELECT max({quote(column)}) FROM {quote(kept.table)}")  # noqa: S608
            last = max(cursor.fetchone()[0] or 0, known.get(kept.table, 0))
        _set(using, kept.table, column, last)


def _counting(model: type[Model]) -> str:
    key = model._meta.pk
    counts = key is not None and key.get_internal_type().endswith("AutoField")
    return str(key.column) if key is not None and counts else ""


def _last(using: str, table: str, column: str) -> int:
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        else:
            sequence = "pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)"
            cursor.execute(f"SELECT {sequence}", [quote(table), column])
        row = cursor.fetchone()
    return int(row[0] or 0) if row else 0


def _set(using: str, table: str, column: str, last: int) -> None:
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
            return
        called = "setval(pg_get_serial_sequence(%s, %s), %s, %s)"
        cursor.execute(f"SELECT {called}", [quote(table), column, max(last, 1), last > 0])
