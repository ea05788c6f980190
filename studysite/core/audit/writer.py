"""Who writes: named to the database before the first row, or nothing is written.

On SQLite the triggers ask a function that lives on the connection; on PostgreSQL they read settings
that end with the transaction. A connection that has neither, whoever opened it, is refused.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections, transaction


class Kind(StrEnum):
    """What sort of writer it is."""

    PERSON = "person"
    SYSTEM = "system"
    WORKER = "worker"
    COMMAND = "command"
    MIGRATION = "migration"


@dataclass(frozen=True)
class Writer:
    """What the triggers put beside each change. `request_id` is the act under way, if any."""

    kind: Kind
    actor: str
    action: str = ""
    request_id: str = ""
    reason: str = ""


# The names that the triggers know a writer's fields by.
SETTINGS = {
    "actor": "app.actor",
    "kind": "app.actor_kind",
    "action": "app.action",
    "request_id": "app.request_id",
    "reason": "app.reason",
}
NOBODY = "Nothing is written outside an act: the audit trail would not know by whom."
# What the shell says of a command that is not the study's own, such as createsuperuser.
NOBODY_NAMED = (
    "Nothing was written: this command says for nobody, and the audit trail would not know by "
    "whom. Accounts and passwords are an administrator's, under People; manage.py "
    "add_administrator makes the first one. Data come in through the pages, the API and the "
    "study's own commands."
)

_writer: ContextVar[Writer | None] = ContextVar("writer", default=None)
_numbers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()


def under_way() -> Writer | None:
    """Who is writing now, if anybody is named."""
    return _writer.get()


def is_by_nobody(error: Exception) -> bool:
    """Whether the database refused a row because nobody was named, in either engine's words."""
    return NOBODY in str(error) or "no such function: audit_writer" in str(error)


@contextmanager
def writing(writer: Writer | None, *, using: str = "default") -> Iterator[None]:
    """A transaction whose rows are this writer's. Inside another's, that one goes on afterwards."""
    outer = _writer.get()
    token = _writer.set(writer)
    try:
        with transaction.atomic(using=using):
            name_to_database(using)
            yield
    finally:
        _writer.reset(token)
    # After an error the roll-back has put the outer writer's name back by itself.
    if connections[using].in_atomic_block:
        _tell_postgres(using, outer)


@contextmanager
def carrying(using: str) -> Iterator[None]:
    """A transaction on another database in the name of whoever is writing already."""
    with transaction.atomic(using=using):
        name_to_database(using)
        yield


@contextmanager
def nobody() -> Iterator[None]:
    """Forget the writer, as at the start of a request or of a job: the work must name its own."""
    token = _writer.set(None)
    try:
        yield
    finally:
        _writer.reset(token)


def name_to_database(using: str) -> None:
    """Let a connection's triggers know who writes, in the transaction that is open on it."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        register(connection.connection, connection)
    else:
        _tell_postgres(using, _writer.get())


def register(raw: Any, connection: Any) -> None:
    """Put the functions that the triggers call on an SQLite connection."""

    def field(name: str) -> str | int | None:
        if name == "txn":
            return _transaction_number(connection)
        writer = _writer.get()
        return None if writer is None else str(getattr(writer, name))

    raw.create_function("audit_writer", 1, field)
    raw.create_function("audit_digest", 1, digest, deterministic=True)


def digest(secret: str | bytes | None) -> str | None:
    """What the trail keeps of a secret: enough to see that it changed."""
    if secret is None:
        return None
    content = secret.encode() if isinstance(secret, str) else bytes(secret)
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _transaction_number(connection: Any) -> int:
    """SQLite numbers no transactions: the moment at which this one first wrote does it."""
    now = time.time_ns() // 1000
    blocks = connection.atomic_blocks
    return _numbers.setdefault(blocks[0], now) if blocks else now


def _tell_postgres(using: str, writer: Writer | None) -> None:
    connection = connections[using]
    if connection.vendor != "postgresql" or connection.needs_rollback:
        return
    values = [str(getattr(writer, field, "")) if writer else "" for field in SETTINGS]
    calls = ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", values)
