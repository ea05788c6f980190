"""Studies of any size for the benchmark of pages: made once a day and schema, kept where they were
made, on SQLite in a folder and on PostgreSQL in a server's databases."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from studysite.core.models import AuditEvent
from studysite.settings import WITHOUT_JIT
from tests.bench.world import EVENTS_A_PARTICIPANT, make
from tests.engines import connected_to
from tests.postgres import make_database

ALIASES = ("default", "vault")
# As the settings have it; and a worker process would do part of a query where nobody counts its
# time.
OPTIONS = quote(f"{WITHOUT_JIT} -c max_parallel_workers_per_gather=0")


@dataclass(frozen=True)
class Study:
    """A study's databases by alias, and what the addresses of pages name in it."""

    urls: dict[str, str]
    names: dict[str, object]

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Django works in it."""
        with connected(self.urls):
            yield


@contextmanager
def connected(urls: dict[str, str]) -> Iterator[None]:
    """Django works in these databases."""
    with connected_to(urls["default"]), connected_to(urls["vault"], "vault"):
        yield


def in_folder(folder: Path, participants: int, events: int) -> Study:
    """The study in a folder, on SQLite; made where it is not there."""
    known = folder / "names.json"
    urls = {alias: f"sqlite:///{folder / alias}.sqlite3" for alias in ALIASES}
    if not known.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        known.write_text(json.dumps(_made(urls, participants, events), default=str))
    return Study(urls, json.loads(known.read_text()))


def on_server(server: str, name: str, participants: int, events: int) -> Study:
    """The study on a PostgreSQL server; made where it is not there. Its default database's comment
    says what it holds, once it is whole."""
    urls = {alias: f"{server}/{name}-{alias}?options={OPTIONS}" for alias in ALIASES}
    with psycopg.connect(f"{server}/postgres", autocommit=True) as there:
        known = _comment(there, f"{name}-default")
        if known is None:
            for alias in ALIASES:
                there.execute(f'DROP DATABASE IF EXISTS "{name}-{alias}"')  # type: ignore[arg-type]
                make_database(server, f"{name}-{alias}")
            known = json.dumps(_made(urls, participants, events), default=str)
            told = known.replace("'", "''")
            there.execute(
                f"COMMENT ON DATABASE \"{name}-default\" IS '{told}'"  # type: ignore[arg-type]
            )
    return Study(urls, json.loads(known))


def _comment(there: psycopg.Connection, name: str) -> str | None:
    asked = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    row = there.execute(asked, [name]).fetchone()
    return row[0] if row else None


def _made(urls: dict[str, str], participants: int, events: int) -> dict[str, object]:
    with connected(urls):
        for alias in ALIASES:
            call_command("migrate", database=alias, verbosity=0, interactive=False)
        scene = make(participants, events)
        last = AuditEvent.objects.order_by("-seq").values_list("seq", flat=True)[0]
        return scene.names | {
            "middle": last // 2,
            "day": str(timezone.localdate().replace(day=1)),
        }


def edition() -> str:
    """Of today, for a study has visits that are due, and of this schema."""
    names = sorted(map(str, MigrationLoader(None).disk_migrations or ()))
    return hashlib.sha256("".join([*names, str(timezone.localdate())]).encode()).hexdigest()[:8]


def kept(folder: Path, size: int, server: str = "") -> Study:
    """The study of a size that is kept from run to run. Others of its size in the folder are thrown
    away."""
    name, events = f"{size}-{edition()}", size * EVENTS_A_PARTICIPANT
    if server:
        return on_server(server, name, size, events)
    for left in folder.glob(f"{size}-*"):
        if left.name != name:
            shutil.rmtree(left)
    return in_folder(folder / name, size, events)
