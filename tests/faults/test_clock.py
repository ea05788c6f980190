"""Clocks that are wrong, or put right in the middle: no job is taken from a living worker, and none
waits for the clock of a dead one."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from celery import schedules

from studysite.celery import Every, app
from tests.faults.long import LONG
from tests.faults.study import Study, kill_group
from tests.postgres import wait_until

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
needs_faketime = pytest.mark.skipif(
    LIBRARY is None or not LONG, reason="needs Debian's libfaketime and time: make faults"
)


def with_clock(study: Study, offset: str) -> Study:
    """The same study as a machine whose clock is wrong sees it."""
    env = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": offset}
    wrong = Study(study.folder)
    wrong.env, wrong.database_url = study.env | env, study.database_url
    return wrong


# A worker whose clock is behind is in tests/studysite/test_jobs_clock.py: under libfaketime a sleep
# of Python's never ends.
@needs_faketime
@pytest.mark.parametrize("kind", ["study", "production_pair"])
def test_a_worker_that_died_a_day_ahead_leaves_its_job(
    request: pytest.FixtureRequest, kind: str
) -> None:
    """On SQLite its lease was made by its own clock: the day it ends on nobody can have given."""
    study: Study = request.getfixturevalue(kind)
    study.client("ask", "hang once")
    with with_clock(study, "+1d").worker() as first:
        wait_until((study.folder / "begun-1").exists, "the first worker to begin")
        kill_group(first)
    time.sleep(1.1)
    assert study.client("sweep") == "1"
    assert study.job_state() == "queued"


@pytest.mark.parametrize(("ahead_s", "is_due"), [(86400, True), (-20, True), (-5, False)])
def test_a_clock_that_was_put_back_starts_the_rounds_again(ahead_s: float, is_due: bool) -> None:
    every = Every(15.0, app=app)
    last = every.now() + timedelta(seconds=ahead_s)
    assert every.is_due(last)[0] is is_due
    # Celery's own waits for a day.
    assert schedules.schedule(15.0, app=app).is_due(last)[0] is (ahead_s == -20)


def test_all_rounds_are_of_that_kind() -> None:
    rounds = app.conf.beat_schedule.values()
    assert {type(each["schedule"]) for each in rounds} == {Every}
