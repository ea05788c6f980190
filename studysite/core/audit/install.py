"""Puts the triggers on, takes them off, and says what is wrong with those that are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db import connections
from django.db.models import Model

from studysite.core.audit import postgres, sqlite
from studysite.core.audit.events import AuditCheckpoint, AuditEvent, AuditLeaf
from studysite.core.audit.reconcile import append
from studysite.core.audit.tables import Table, as_text, covered, from_text, restricted, version_of

# Tables that only grow.
APPENDED: tuple[type[Model], ...] = (AuditEvent, AuditLeaf, AuditCheckpoint)


def is_there(using: str) -> bool:
    """Whether this database has a trail at all; before the first migration it has none."""
    return AuditEvent._meta.db_table in connections[using].introspection.table_names()


def known_tables(using: str) -> list[Table]:
    """The covered tables as the trail last described them."""
    described = AuditEvent.objects.using(using).filter(op="schema").order_by("seq").last()
    return from_text(described.new_row) if described and described.new_row else []


def present(using: str) -> list[Table]:
    """The covered tables as far as they are there: all of them, but for a database that was
    migrated to some earlier point, where the application does not start."""
    connection = connections[using]
    columns: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            described = connection.introspection.get_table_description(cursor, name)
            columns[name] = {column.name for column in described}
    return [restricted(table, columns) for table in covered(using) if table.name in columns]


def describe(using: str, tables: list[Table]) -> str:
    """Put the tables' description into the trail where it is new; its version."""
    text = as_text(tables)
    version = version_of(text)
    last = AuditEvent.objects.using(using).filter(op="schema").order_by("seq").last()
    if last is None or last.new_row != text:
        before = last.new_row if last else None
        append(using, [("", version, "schema", before, text, "", "")], version)
    return version


def put_on(using: str, tables: list[Table] | None = None) -> None:
    """Put every trigger on."""
    tables = covered(using) if tables is None else tables
    with connections[using].cursor() as cursor:
        for statement in _statements(using, tables, version_of(as_text(tables))):
            cursor.execute(statement)


def take_off(using: str) -> None:
    """Take every trigger off. Only a migration does, and the tests when they empty tables."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _sqlite_triggers(using):
                cursor.execute(f"DROP TRIGGER {sqlite.quote(name)}")
            return
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname LIKE 'audit\\_%' "
            "AND c.relnamespace = current_schema()::regnamespace"
        )
        for name, table in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {sqlite.quote(name)} ON {sqlite.quote(table)}")


def faults(using: str) -> list[str]:
    """What is wrong with the triggers of a database: one sentence each."""
    tables = covered(using)
    version = version_of(as_text(tables))
    if not is_there(using):
        return [f"The database {using!r} has no audit trail: run manage.py migrate."]
    if connections[using].vendor == "sqlite":
        appended = [model._meta.db_table for model in APPENDED]
        wanted = _sqlite_wanted(tables, version, appended)
        return list(_compared(wanted, _sqlite_triggers(using)))
    expected = _postgres_wanted(using, tables, version)
    return list(_compared(expected, _postgres_triggers(using)))


def _compared(wanted: Mapping[str, object], there: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(wanted.keys() - there.keys()):
        yield f"The audit trigger {name} is missing."
    for name in sorted(there.keys() - wanted.keys()):
        yield f"The audit trigger {name} does not belong there."
    for name in sorted(wanted.keys() & there.keys()):
        if wanted[name] != there[name]:
            yield f"The audit trigger {name} differs from what it should be."


def _appended(using: str) -> list[str]:
    """The tables that only grow, as far as they are there."""
    names = set(connections[using].introspection.table_names())
    return [model._meta.db_table for model in APPENDED if model._meta.db_table in names]


def _statements(using: str, tables: list[Table], version: str) -> Iterator[str]:
    if connections[using].vendor == "sqlite":
        yield from _sqlite_wanted(tables, version, _appended(using)).values()
        return
    schema = _schema(using)
    yield postgres.append_only_function(schema)
    for name in _appended(using):
        yield from _always(name, postgres.guards(name))
    for table in tables:
        yield postgres.function(table, version, schema)
        yield from _always(table.name, postgres.triggers(table))


def _always(table: str, triggers: dict[str, str]) -> Iterator[str]:
    for name, statement in triggers.items():
        yield statement
        yield f"ALTER TABLE {sqlite.quote(table)} ENABLE ALWAYS TRIGGER {name}"


def _schema(using: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def _sqlite_wanted(tables: list[Table], version: str, appended: list[str]) -> dict[str, str]:
    wanted: dict[str, str] = {}
    for name in appended:
        wanted |= sqlite.guards(name)
    for table in tables:
        wanted |= sqlite.triggers(table, version)
    return wanted


def _sqlite_triggers(using: str) -> dict[str, str]:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit\\_%' "
            "ESCAPE '\\'"
        )
        return dict(cursor.fetchall())


def _postgres_wanted(using: str, tables: list[Table], version: str) -> dict[str, tuple]:
    """Each trigger as its table, its function's text and settings, and when it fires."""
    schema = _schema(using)
    fixed = postgres.settings(schema)
    wanted: dict[str, tuple] = {}
    for model in APPENDED:
        refuse = (postgres.append_only_body(), False, fixed, "A")
        for name, kind in (("audit_guard_rows", 27), ("audit_guard_truncate", 34)):
            wanted[f"{name} on {model._meta.db_table}"] = (*refuse, kind)
    for table in tables:
        capture = (postgres.body(table, version), True, fixed, "A")
        wanted[f"audit_rows on {table.name}"] = (*capture, 29)
        wanted[f"audit_truncate on {table.name}"] = (*capture, 34)
    return wanted


def _postgres_triggers(using: str) -> dict[str, tuple]:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname || ' on ' || c.relname, p.prosrc, p.prosecdef, p.proconfig, "
            "t.tgenabled, t.tgtype FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal "
            "AND t.tgname LIKE 'audit\\_%' AND c.relnamespace = current_schema()::regnamespace"
        )
        return {name: tuple(_plain(value) for value in rest) for name, *rest in cursor.fetchall()}


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode()
    return [item.replace('"', "") for item in value] if isinstance(value, list) else value
