"""One look at the study: what an export holds is as it was at one moment, whoever writes meanwhile.

The transaction is begun by hand, for on SQLite the application's own take the write lock, and an
export may take minutes. What must be written meanwhile has a connection of its own (`beside`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, connections

BEGIN = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def snapshot() -> Iterator[None]:
    """What is read meanwhile is of one moment. Inside a transaction, it is that transaction's."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(BEGIN[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def beside(work: Callable[[], None]) -> None:
    """Do something that writes, on another connection than the one that looks."""
    if connection.in_atomic_block:
        work()
        return
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(_and_close, work).result()


def _and_close(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connections.close_all()
