"""A crowd enrolled at once through HTTP: each in a slot of their own, in the list's order."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engines import Migrated, template_copy
from tests.enrollment.randomised import randomised_text
from tests.faults.study import Study, kill_group
from tests.postgres import free_port, wait_until

# Continuous integration takes a smaller crowd; `CROWD=200` is the figure to reach.
CROWD = int(os.environ.get("CROWD", "60"))
PLACES = CROWD // 2
PATIENCE_SECONDS = 120
LEFT = "FROM enrollment_allocationslot WHERE stratum = 'left' AND participant_id IS NOT NULL"
GAPS = (
    "SELECT count(*) FROM (SELECT max(position) - count(*) AS gap "
    "FROM enrollment_allocationslot GROUP BY stratum) AS strata WHERE gap <> 0"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def randomised_study(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Study:
    """An empty study on each engine whose protocol draws the arms, a place for each person."""
    told = tmp_path / "randomised.toml"
    told.write_text(randomised_text(target=PLACES), encoding="utf-8")
    # One for each of the crowd and none to spare, or a 201st would find a place.
    environment = {"PROTOCOL": str(told.with_suffix(""))}
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    if request.param == "postgresql":
        databases: Migrated = request.getfixturevalue("study_databases")
        environment["DATABASE_URL"] = template_copy(databases["postgresql"], tmp_path.name)
    return Study(tmp_path, **environment)


@contextmanager
def web(study: Study) -> Iterator[int]:
    """The web server as production runs it; its port."""
    port = free_port()
    flags = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "8"]
    server = study.start("-m", "gunicorn", "studysite.wsgi:application", *flags)
    try:
        wait_until(lambda: status(port, "GET", "/accounts/login/") == 200, "the web server")
        yield port
    finally:
        kill_group(server)


def status(port: int, method: str, path: str, key: str = "", body: object = None) -> int:
    """What an address answers; 0 while nobody listens."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    heads = {"Authorization": f"Token {key}"} if key else {}
    heads["Content-Type"] = "application/json"
    try:
        line.request(
            method, path, body=json.dumps(body) if body is not None else None, headers=heads
        )
        return line.getresponse().status
    except ConnectionRefusedError:
        return 0
    finally:
        line.close()


@pytest.mark.slow
def test_a_crowd_at_once_gets_a_slot_each_in_order(randomised_study: Study) -> None:
    study = randomised_study
    key = study.python("-m", "tests.faults.crowd", str(CROWD))
    start = threading.Barrier(CROWD)

    def one(number: int) -> int:
        start.wait()
        return status(port, "POST", f"/api/v1/participants/XA-{number:03d}/enrolment/", key, {})

    with web(study) as port, ThreadPoolExecutor(CROWD) as pool:
        answers = Counter(pool.map(one, range(CROWD)))
    assert answers == {201: CROWD}
    for count in ("count(*)", "count(DISTINCT position)"):
        assert study.value(f"SELECT {count} {LEFT}") == CROWD // 2
    assert study.value(GAPS) == 0
    assert study.value("SELECT max(enrolled) FROM enrollment_armcount") == PLACES
    assert study.value("SELECT sum(enrolled) FROM enrollment_armcount") == CROWD
    assert study.value("SELECT count(*) FROM enrollment_enrolment") == CROWD
    assert "proved: " in study.python("manage.py", "allocation", "verify")
