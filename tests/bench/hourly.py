"""Measurements an hour against workers, on PostgreSQL and Redis.

    python -m tests.bench.hourly [--cases 12] [--workers 1 2]

Each case is a simulated scan of which both nerves are read from the disk, measured, drawn and
stored, as a site does it. The clock starts when a worker begins and ends with the last case;
efficiency is the rate of a worker against the first line's.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.faults.study import ROOT, Study, kill_group
from tests.postgres import Postgres, make_database, newest_postgres, wait_until
from tests.redis_server import Redis

QUEUE_FLAGS = (
    "--without-mingle", "--without-gossip", "--without-heartbeat", "--concurrency", "1",
    "--loglevel", "WARNING",
)  # fmt: skip
LEFT = "SELECT count(*) FROM core_job WHERE kind = 'measure' AND state <> 'done'"
PATIENCE_SECONDS = 3600


@contextmanager
def production(folder: Path) -> Iterator[Study]:
    """A migrated study on a PostgreSQL and a Redis of its own."""
    programs = newest_postgres()
    if programs is None:
        sys.exit("Debian's postgresql is not installed.")
    postgres, redis = Postgres(programs), Redis()
    with ExitStack() as stack:
        stack.callback(postgres.remove)
        stack.callback(redis.stop)
        postgres.make()
        postgres.start()
        redis.start()
        study = Study(
            folder,
            DATABASE_URL=make_database(postgres.url, "study"),
            VAULT_DATABASE_URL=make_database(postgres.url, "vault"),
            CELERY_BROKER_URL=redis.url,
            JOB_LEASE_SECONDS="30",
            OMP_NUM_THREADS="1",
        )
        for database in ("default", "vault"):
            study.python("manage.py", "migrate", "-v0", "--database", database)
        yield study


@contextmanager
def workers(study: Study, count: int) -> Iterator[None]:
    """So many workers of the numerics, up and with nothing to do yet."""
    command = [sys.executable, "-m", "celery", "-A", "studysite", "worker", "-Q", "numerics"]
    with ExitStack() as stack:
        for number in range(count):
            log = stack.enter_context((study.folder / f"worker-{number}.log").open("w"))
            process = subprocess.Popen(
                [*command, *QUEUE_FLAGS, "-n", f"numerics{number}@here"], cwd=ROOT, env=study.env,
                stdout=log, stderr=log, text=True, start_new_session=True,
            )  # fmt: skip
            stack.callback(kill_group, process)
        yield


def seconds_for(folder: Path, cases: int, count: int) -> float:
    """How long so many workers take for so many cases, from the first that begins to the last that
    is done."""
    folder.mkdir()
    with production(folder) as study:
        study.python("-m", "tests.faults.case", str(cases))
        with workers(study, count):
            wait_until(lambda: study.value(BEGUN), "a worker to begin", PATIENCE_SECONDS)
            start = time.monotonic()
            wait_until(lambda: not study.value(LEFT), "the last case", PATIENCE_SECONDS)
            return time.monotonic() - start


BEGUN = "SELECT count(*) FROM core_job WHERE kind = 'measure' AND state <> 'queued'"


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=12)
    asked.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    given = asked.parse_args()
    print("| workers | cases | seconds | an hour | efficiency |\n|---|---|---|---|---|")
    first = 0.0
    with tempfile.TemporaryDirectory(prefix="study-hourly-") as name:
        for count in given.workers:
            took = seconds_for(Path(name) / str(count), given.cases, count)
            rate = 3600 * given.cases / took
            first = first or rate / count
            share = rate / count / first
            print(f"| {count} | {given.cases} | {took:.0f} | {rate:.0f} | {share:.2f} |")


if __name__ == "__main__":
    main()
