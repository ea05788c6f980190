"""Workers on two machines share one queue over the network; one dies in mid-measurement, and the
case is measured once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults.long import long_only
from tests.faults.machines import Machine, machines
from tests.faults.study import ROOT, Study, kill_group
from tests.postgres import Postgres, make_database, newest_postgres, wait_until
from tests.redis_server import Redis

NETWORK = "10.78.0.0/16"
PATIENCE_SECONDS = 180


@pytest.fixture
def network() -> Iterator[tuple[list[Machine], Postgres, Redis]]:
    """Two machines beside the one with database and broker."""
    programs = newest_postgres()
    if programs is None or shutil.which("redis-server") is None:
        pytest.skip("Debian's postgresql and redis-server are not installed")
    with machines(2) as made, ExitStack() as stack:
        if made is None:
            pytest.skip("this account may make no network namespaces")
        postgres = Postgres(programs, network=NETWORK)
        redis = Redis("127.0.0.1 " + " ".join(machine.gateway for machine in made))
        stack.callback(postgres.remove)
        stack.callback(redis.stop)
        postgres.make()
        postgres.start()
        redis.start()
        yield made, postgres, redis


@contextmanager
def worker(study: Study, machine: Machine) -> Iterator[subprocess.Popen[str]]:
    """A worker of the numerics there, which sees the database and the broker at its gateway, the
    shared folder, and nothing else of the other."""
    folder = study.folder / machine.name
    folder.mkdir()
    there = {
        name: study.env[name].replace("127.0.0.1", machine.gateway)
        for name in ("DATABASE_URL", "VAULT_DATABASE_URL", "CELERY_BROKER_URL")
    }
    flags = ["--without-mingle", "--without-gossip", "--without-heartbeat", "-Q", "numerics"]
    command = ["-m", "celery", "-A", "studysite", "worker", *flags, "--concurrency", "1"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*machine.prefix, sys.executable, *command],
            cwd=ROOT,
            env=study.env | there | {"VAR_DIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill_group(process)


@long_only
def test_one_dies_in_mid_measurement_and_the_case_is_measured_once(
    tmp_path: Path, network: tuple[list[Machine], Postgres, Redis]
) -> None:
    (first, second), postgres, redis = network
    study = Study(
        tmp_path,
        DATABASE_URL=make_database(postgres.url, "study"),
        VAULT_DATABASE_URL=make_database(postgres.url, "vault"),
        CELERY_BROKER_URL=redis.url,
        STORAGE_URL=(tmp_path / "files").as_uri(),
        JOB_LEASE_SECONDS="3",
    )
    study.python("manage.py", "migrate", "-v0")
    study.python("manage.py", "migrate", "-v0", "--database", "vault")
    study.python("-m", "tests.faults.case", "1")
    with worker(study, first) as dying:
        wait_until(
            lambda: float(str(study.value("SELECT max(progress) FROM core_job"))) > 0,
            "the first machine to begin",
            PATIENCE_SECONDS,
        )
        kill_group(dying)
    assert (study.job_state(), study.attempts()) == ("running", 1)
    with worker(study, second):
        wait_until(lambda: swept(study), "the second machine to do it", PATIENCE_SECONDS)
    assert study.attempts() == 2
    assert study.value("SELECT count(*) FROM imaging_measurement") == 1
    assert study.value("SELECT state FROM imaging_measurement") in ("measured", "refused")
    stored = (
        "SELECT count(*) FROM audit_event WHERE \"table\" = 'imaging_measurement' "
        "AND op = 'update' AND new_row::json ->> 'state' <> 'asked'"
    )
    assert study.value(stored) == 1


def swept(study: Study) -> bool:
    """Whether the job is done; the clock's round is made meanwhile."""
    study.client("sweep")
    return study.job_state() == "done"
