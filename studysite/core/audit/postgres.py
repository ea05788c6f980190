"""The triggers in PostgreSQL's words: one function and two triggers a table.

The function runs as its owner with a fixed search path, so the application needs no right to write
the trail. Its triggers fire always, also for a session that plays at being a replica.
"""

from __future__ import annotations

from studysite.core.audit.sqlite import follow, quote
from studysite.core.audit.tables import NEVER_DELETED, REFUSED, Table
from studysite.core.audit.writer import NOBODY, SETTINGS

COLUMNS = (
    'at, txn, "table", pk, op, old_row, new_row, actor, actor_kind, action, request_id, reason, '
    "subject, site, schema_version"
)
REFUSAL = "USING ERRCODE = 'integrity_constraint_violation'"
APPEND_ONLY = "audit_is_never_changed"


def function_name(table: Table) -> str:
    """The function that the triggers of a table call."""
    return f"audit_of_{table.name}"


def body(table: Table, version: str) -> str:
    """What the function does, as PostgreSQL keeps it."""
    return f"""
DECLARE
  changed record;
  before text;
  after text;
  before_pk text;
  after_pk text;
  done text := lower(TG_OP);
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'A table of the study is not truncated: no trigger sees its rows go.'
      {REFUSAL};
  END IF;
  IF coalesce(current_setting('app.actor', true), '') = '' THEN
    RAISE EXCEPTION '{NOBODY}' {REFUSAL};
  END IF;{_never(table)}
  IF TG_OP <> 'INSERT' THEN
    changed := OLD;
    before := {row(table, "OLD")}::text;
    before_pk := {key(table, "OLD")};
  END IF;
  IF TG_OP <> 'DELETE' THEN
    changed := NEW;
    after := {row(table, "NEW")}::text;
    after_pk := {key(table, "NEW")};
  END IF;
  IF TG_OP = 'UPDATE' AND before_pk <> after_pk THEN
    {_event(table, version, "before_pk", "'delete'", "before", "NULL")}
    before := NULL;
    done := 'insert';
  END IF;
  {_event(table, version, "coalesce(after_pk, before_pk)", "done", "before", "after")}
  RETURN NULL;
END
"""


def _never(table: Table) -> str:
    """The refusal to delete, for the tables whose rows stay."""
    if table.name not in NEVER_DELETED:
        return ""
    return f"""
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '{REFUSED}' {REFUSAL};
  END IF;"""


def function(table: Table, version: str, schema: str) -> str:
    """The statement that makes the function."""
    return (
        f"CREATE OR REPLACE FUNCTION {quote(function_name(table))}() RETURNS trigger "
        f"LANGUAGE plpgsql SECURITY DEFINER {_set(schema)} "
        f"AS $audit${body(table, version)}$audit$"
    )


def settings(schema: str) -> list[str]:
    """What is fixed while a function runs, as PostgreSQL keeps it: where names are looked up, and
    the zone of times."""
    return [f"search_path=pg_catalog, {schema}, pg_temp", "TimeZone=UTC"]


def _set(schema: str) -> str:
    return f"SET search_path = pg_catalog, {quote(schema)}, pg_temp SET timezone = 'UTC'"


def triggers(table: Table) -> dict[str, str]:
    """The statements that put the function on a table, by trigger name."""
    call = f"ON {quote(table.name)} {{}} EXECUTE FUNCTION {quote(function_name(table))}()"
    return {
        "audit_rows": "CREATE TRIGGER audit_rows AFTER INSERT OR UPDATE OR DELETE "
        + call.format("FOR EACH ROW"),
        "audit_truncate": "CREATE TRIGGER audit_truncate BEFORE TRUNCATE "
        + call.format("FOR EACH STATEMENT"),
    }


def append_only_body() -> str:
    """What refuses to change the trail."""
    return f"\nBEGIN\n  RAISE EXCEPTION 'The audit trail is never changed.' {REFUSAL};\nEND\n"


def append_only_function(schema: str) -> str:
    """The statement that makes the function that refuses."""
    return (
        f"CREATE OR REPLACE FUNCTION {APPEND_ONLY}() RETURNS trigger LANGUAGE plpgsql "
        f"{_set(schema)} AS $audit${append_only_body()}$audit$"
    )


def guards(table: str) -> dict[str, str]:
    """The statements that let a table only grow, by trigger name."""
    return {
        "audit_guard_rows": "CREATE TRIGGER audit_guard_rows BEFORE UPDATE OR DELETE ON "
        f"{quote(table)} FOR EACH ROW EXECUTE FUNCTION {APPEND_ONLY}()",
        "audit_guard_truncate": "CREATE TRIGGER audit_guard_truncate BEFORE TRUNCATE ON "
        f"{quote(table)} FOR EACH STATEMENT EXECUTE FUNCTION {APPEND_ONLY}()",
    }


def row(table: Table, name: str) -> str:
    """A whole row as JSON."""
    hidden = [
        f"'{column.name}', {_digest(f'{name}.{quote(column.name)}', column.kind)}"
        for column in table.columns
        if column.secret or column.kind == "bytes"
    ]
    masks = f" || jsonb_build_object({', '.join(hidden)})" if hidden else ""
    return f"(to_jsonb({name}){masks})"


def key(table: Table, name: str) -> str:
    """A row's primary key as text; a digest where the key is secret."""
    column = next(column for column in table.columns if column.name == table.key)
    value = f"{name}.{quote(table.key)}"
    return _digest(value, column.kind) if column.secret else f"{value}::text"


def _digest(value: str, kind: str) -> str:
    content = value if kind == "bytes" else f"convert_to({value}::text, 'UTF8')"
    return f"'sha256:' || encode(sha256({content}), 'hex')"


def _event(table: Table, version: str, pk: str, op: str, before: str, after: str) -> str:
    writer = ", ".join(
        f"coalesce(current_setting('{SETTINGS[field]}', true), '')"
        for field in ("actor", "kind", "action", "request_id", "reason")
    )
    name = "OLD" if op == "'delete'" else "changed"
    about = f"{follow(table.subject, name)}, {follow(table.site, name)}"
    return (
        f"INSERT INTO audit_event ({COLUMNS})\n    VALUES (clock_timestamp(), "
        f"pg_current_xact_id()::text::bigint, '{table.name}', {pk}, {op}, {before}, {after}, "
        f"{writer}, {about}, '{version}');"
    )
