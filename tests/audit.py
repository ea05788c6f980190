"""Who writes in the tests, and the way round the trail's guards that the application lacks."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.test import TransactionTestCase

from studysite.core.audit import install
from studysite.core.audit.writer import SETTINGS, Kind, Writer, _writer, register

TESTER = Writer(Kind.SYSTEM, "tester", action="test", reason="A test's own scene.")


def name_the_tester() -> Any:
    """Let rows that a test makes by hand, outside any act, be the tester's; the token to end it.

    Work that names its own writer is unmoved, and requests and jobs begin with nobody, so a page
    or a handler that forgets its act is still found.
    """
    return _writer.set(TESTER)


def forget_the_tester(token: Any) -> None:
    """End it."""
    _writer.reset(token)


def introduce(alias: str) -> None:
    """Make the tester known on a test database's connection for as long as it is open."""
    connection = connections[alias]
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        register(connection.connection, connection)
        return
    with connection.cursor() as cursor:
        for field, setting in SETTINGS.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [setting, getattr(TESTER, field)])


_flush = TransactionTestCase._fixture_teardown


def flush_behind_the_trail(self: TransactionTestCase) -> None:
    """Empty the tables after a test that committed: triggers off, flush, triggers on again."""
    for alias in self._databases_names(include_mirrors=False):
        install.take_off(alias)
    _flush(self)
    for alias in self._databases_names(include_mirrors=False):
        introduce(alias)
        install.put_on(alias)
