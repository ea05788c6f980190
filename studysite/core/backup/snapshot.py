"""A database as it was at one moment, read while others go on writing to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction


@contextmanager
def frozen(using: str) -> Iterator[None]:
    """A transaction that sees what was committed when it began, and holds nobody up."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT 1")
            yield
        return
    # SQLite's own reading transaction; ours otherwise begin as writers.
    mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"  # type: ignore[attr-defined]
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master")
            yield
    finally:
        connection.transaction_mode = mode  # type: ignore[attr-defined]
