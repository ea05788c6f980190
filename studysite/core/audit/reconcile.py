"""The live rows against the last ones in the trail, and what only the former know.

A migration rebuilds tables and fills columns where no trigger looks (SQLite drops them with the
old table). So before one, the two must agree; after it, each row that differs goes into the trail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections

from studysite.core.audit import postgres, sqlite
from studysite.core.audit.tables import Table
from studysite.core.audit.writer import under_way

# The newest event of each row that is still there.
RECORDED = (
    'SELECT e.pk, e.new_row, e.subject, e.site FROM audit_event e WHERE e."table" = %s '
    'AND e.new_row IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_event n WHERE n."table" = '
    'e."table" AND n.pk = e.pk AND n.seq > e.seq)'
)


def differences(using: str, tables: Sequence[Table]) -> Iterator[str]:
    """`table key` of each row that the trail does not know as it is."""
    for table in tables:
        for pk, *_rest in _differing(using, table):
            yield f"{table.name} {pk}"


def record(using: str, tables: Sequence[Table], version: str) -> int:
    """Put each row that differs into the trail; how many there were."""
    return sum(_record(using, table, version) for table in tables)


def live(using: str, table: Table) -> str:
    """The query for a table's rows as the triggers would write them."""
    words = sqlite if connections[using].vendor == "sqlite" else postgres
    body = words.row(table, "t")
    body = body if words is sqlite else f"{body}::text"
    about = (
        f"{sqlite.follow(table.subject, 't')} AS subject, {sqlite.follow(table.site, 't')} AS site"
    )
    name = sqlite.quote(table.name)
    return f"SELECT {words.key(table, 't')} AS pk, {body} AS new_row, {about} FROM {name} t"


def _differing(using: str, table: Table) -> list[tuple[Any, ...]]:
    """Key, row in the trail, row that is there, subject and site, of each that differs."""
    there, known = f"({live(using, table)}) AS there", f"({RECORDED}) AS known"
    changed = (
        f"SELECT there.pk, known.new_row, there.new_row, there.subject, there.site FROM {there} "
        f"LEFT JOIN {known} ON known.pk = there.pk "
        "WHERE known.new_row IS NULL OR known.new_row <> there.new_row"
    )
    gone = (
        f"SELECT known.pk, known.new_row, NULL, known.subject, known.site FROM {known} "
        f"LEFT JOIN {there} ON known.pk = there.pk WHERE there.pk IS NULL"
    )
    with connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'") if _is_postgres(using) else None
        cursor.execute(f"{_doubled(changed)} UNION ALL {_doubled(gone)}", [table.name, table.name])
        return cursor.fetchall()


def _is_postgres(using: str) -> bool:
    return connections[using].vendor == "postgresql"


def _doubled(query: str) -> str:
    """A query for a driver that reads percent signs: only the place-holder keeps its one."""
    return query.replace("%", "%%").replace("%%s", "%s")


def _record(using: str, table: Table, version: str) -> int:
    rows = [
        (table.name, pk, "migrate", before, after, subject, site)
        for pk, before, after, subject, site in _differing(using, table)
    ]
    append(using, rows, version)
    return len(rows)


def append(using: str, rows: Sequence[tuple[Any, ...]], version: str) -> None:
    """Add events that no trigger makes: what a migration did, and what tables look like."""
    writer = under_way()
    if writer is None:
        raise RuntimeError("The trail is appended to by somebody.")
    is_postgres = _is_postgres(using)
    at = "clock_timestamp()" if is_postgres else sqlite.MOMENT.replace("%", "%%")
    txn = "pg_current_xact_id()::text::bigint" if is_postgres else "audit_writer('txn')"
    who = (writer.actor, writer.kind.value, writer.action, writer.request_id, writer.reason)
    with connections[using].cursor() as cursor:
        cursor.executemany(
            'INSERT INTO audit_event ("table", pk, op, old_row, new_row, subject, site, actor, '
            "actor_kind, action, request_id, reason, schema_version, at, txn) VALUES ("
            + ", ".join(["%s"] * 13)
            + f", {at}, {txn})",
            [(*row, *who, version) for row in rows],
        )
