"""Killed at random under load, database and broker gone for a while: 0 lost, 0 doubled, 0 orphans,
and every job ends or says why.

`make faults` has it last for ten minutes on each pair, with outages of 60 s.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.long import SECONDS
from tests.faults.scanner import is_there
from tests.faults.storm import faults_after, storm
from tests.faults.study import Study
from tests.postgres import Postgres, make_database, newest_postgres
from tests.redis_server import Redis

OUTAGE_SECONDS = 60.0 if SECONDS > 300 else 3.0
ENOUGH_ACKNOWLEDGED = 5


@pytest.fixture
def servers() -> Iterator[tuple[Postgres, Redis]]:
    """A database and a broker that a test may stop."""
    programs = newest_postgres()
    if not is_there():
        pytest.skip("dcmtk is not installed")
    if programs is None or shutil.which("redis-server") is None:
        pytest.skip("Debian's postgresql and redis-server are not installed")
    pair = Postgres(programs), Redis()
    try:
        pair[0].make()
        pair[0].start()
        pair[1].start()
        yield pair
    finally:
        pair[0].remove()
        pair[1].stop()


def away(server: Postgres | Redis) -> Callable[[], None]:
    """The server stops at once, and comes back after a while."""

    def outage() -> None:
        server.stop()
        time.sleep(OUTAGE_SECONDS)
        server.start()

    return outage


def weather(study: Study, *outages: Callable[[], None]) -> None:
    """The storm, and what is true after it."""
    seed = secrets.randbits(32)
    with storm(study, seed) as raging:
        raging.rage(SECONDS, *outages)
        raging.calm()
    kills = {name: part.kills for name, part in raging.parts.items()}
    refused = sum(sender.told.refusals for sender in raging.senders)
    acknowledged = raging.acknowledged
    scanned = raging.scanner.acknowledged
    print(f"seed {seed}: {len(acknowledged)} files and {len(scanned)} instances acknowledged,")
    print(f"{refused} and {raging.scanner.refusals} refused, kills {kills}")
    assert faults_after(study, acknowledged, scanned) == []
    assert len(acknowledged) >= ENOUGH_ACKNOWLEDGED
    assert scanned
    assert "does not hold" not in study.python("manage.py", "verify_audit")


@pytest.mark.slow
def test_nothing_is_lost_on_postgresql_and_redis(
    tmp_path: Path, migrated: Path, servers: tuple[Postgres, Redis]
) -> None:
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    url = make_database(servers[0].url, tmp_path.name)
    study = Study(tmp_path, DATABASE_URL=url, CELERY_BROKER_URL=servers[1].url)
    study.python("manage.py", "migrate", "-v0")
    weather(study, away(servers[0]), away(servers[1]))


@pytest.mark.slow
@pytest.mark.skipif(SECONDS < 60, reason="the other pair is tried in the short run")
def test_nothing_is_lost_on_sqlite_and_files(study: Study) -> None:
    weather(study)
