"""A process of its own that writes to the study's database without the application: no Django, no
settings, only the engine's own driver.

Reads {"url", "actor", "rows": [[table, key column, key], ...]} and touches each row; prints one
word a row, `written` or `refused`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from typing import Any

import psycopg


def _digest(secret: str | bytes | None) -> str | None:
    if secret is None:
        return None
    content = secret.encode() if isinstance(secret, str) else secret
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def connect(url: str, actor: str) -> Any:
    """A connection that says who writes, if anybody is named."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        if actor:
            said = {"actor": actor, "kind": "command", "txn": 1}
            connection.create_function("audit_writer", 1, lambda name: said.get(name, ""))
            connection.create_function("audit_digest", 1, _digest)
        return connection
    connection = psycopg.connect(url, autocommit=True)
    if actor:
        connection.execute("SELECT set_config('app.actor', %s, false)", [actor])
    return connection


def touch(connection: Any, table: str, column: str, key: Any) -> str:
    """Write a row as it is."""
    mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
    try:
        done = connection.execute(
            f'UPDATE "{table}" SET "{column}" = "{column}" WHERE "{column}" = {mark}', [key]
        )
    except (sqlite3.Error, psycopg.Error):
        return "refused"
    return "written" if done.rowcount == 1 else "lost"


def main() -> None:
    asked = json.load(sys.stdin)
    connection = connect(asked["url"], asked["actor"])
    json.dump([touch(connection, *row) for row in asked["rows"]], sys.stdout)


if __name__ == "__main__":
    main()
