"""The triggers in SQLite's words, made from descriptions alone and compared to the letter."""

from __future__ import annotations

from studysite.core.audit.tables import NEVER_DELETED, REFUSED, Column, Path, Table
from studysite.core.audit.writer import NOBODY

MOMENT = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"
WRITER = {"actor": "actor", "actor_kind": "kind"} | {
    name: name for name in ("action", "request_id", "reason")
}


def quote(name: str) -> str:
    """A name of the database, as SQL."""
    return '"' + name.replace('"', '""') + '"'


def triggers(table: Table, version: str) -> dict[str, str]:
    """The three triggers of a table, by name."""
    found = {}
    for op, events in (
        ("insert", [_event(table, version, "insert", "NEW")]),
        ("update", _update_events(table, version)),
        ("delete", [_event(table, version, "delete", "OLD")]),
    ):
        name = f"audit_{op}_{table.name}"
        refused = op == "delete" and table.name in NEVER_DELETED
        never = [f"SELECT RAISE(ABORT, '{REFUSED}');"] if refused else []
        body = "\n  ".join([*never, _refuse_nobody(), *events])
        found[name] = (
            f"CREATE TRIGGER {quote(name)} AFTER {op.upper()} ON {quote(table.name)}\n"
            f"BEGIN\n  {body}\nEND"
        )
    return found


def guards(table: str) -> dict[str, str]:
    """The triggers that let a table only grow."""
    return {
        f"audit_no_{op}_{table}": (
            f"CREATE TRIGGER {quote(f'audit_no_{op}_{table}')} BEFORE {op.upper()} "
            f"ON {quote(table)}\n"
            "BEGIN\n  SELECT RAISE(ABORT, 'The audit trail is never changed.');\nEND"
        )
        for op in ("update", "delete")
    }


def row(table: Table, name: str) -> str:
    """A whole row as JSON."""
    pairs = (f"'{column.name}', {_value(column, name)}" for column in table.columns)
    return f"json_object({', '.join(pairs)})"


def key(table: Table, name: str) -> str:
    """A row's primary key as text; a digest where the key is secret."""
    column = next(column for column in table.columns if column.name == table.key)
    value = f"{name}.{quote(table.key)}"
    return f"audit_digest({value})" if column.secret else f"CAST({value} AS TEXT)"


def follow(path: Path | None, name: str) -> str:
    """The value at the end of a path, or an empty text."""
    if path is None:
        return "''"
    columns = [step.column for step in path.steps] + [path.column]
    value = f"{name}.{quote(columns[0])}"
    for step, wanted in zip(path.steps, columns[1:], strict=True):
        where = f"{quote(step.key)} = {value}"
        value = f"(SELECT {quote(wanted)} FROM {quote(step.table)} WHERE {where})"
    return f"coalesce({value}, '')"


def _value(column: Column, name: str) -> str:
    value = f"{name}.{quote(column.name)}"
    if column.secret or column.kind == "bytes":
        return f"audit_digest({value})"
    if column.kind == "json":
        return f"json({value})"
    if column.kind == "float":
        # A JSON number of SQLite has 15 digits, one fewer than tell two doubles apart.
        return f"CASE WHEN {value} IS NULL THEN NULL ELSE printf('%!.17g', {value}) END"
    return value


def _refuse_nobody() -> str:
    return f"SELECT RAISE(ABORT, '{NOBODY}') WHERE audit_writer('actor') IS NULL;"


def _update_events(table: Table, version: str) -> list[str]:
    """A row that got another key is one that went and one that came."""
    moved = f"{key(table, 'OLD')} IS NOT {key(table, 'NEW')}"
    return [
        _event(table, version, "delete", "OLD", moved),
        _event(table, version, "insert", "NEW", moved),
        _event(table, version, "update", "NEW", f"NOT ({moved})"),
    ]


def _event(table: Table, version: str, op: str, name: str, when: str = "") -> str:
    values = {
        "at": MOMENT,
        "txn": "audit_writer('txn')",
        "table": f"'{table.name}'",
        "pk": key(table, name),
        "op": f"'{op}'",
        "old_row": "NULL" if op == "insert" else row(table, "OLD"),
        "new_row": "NULL" if op == "delete" else row(table, "NEW"),
        **{column: f"audit_writer('{field}')" for column, field in WRITER.items()},
        "subject": follow(table.subject, name),
        "site": follow(table.site, name),
        "schema_version": f"'{version}'",
    }
    columns = ", ".join(map(quote, values))
    where = f"\n  WHERE {when}" if when else ""
    return f"INSERT INTO audit_event ({columns})\n  SELECT {', '.join(values.values())}{where};"
