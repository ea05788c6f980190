"""Nothing is lost and nothing is done twice when a worker dies."""

from __future__ import annotations

import time

import pytest

from tests.faults.study import Study, kill_group
from tests.postgres import wait_until


@pytest.fixture(params=["study", "production_pair"])
def any_study(request: pytest.FixtureRequest) -> Study:
    return request.getfixturevalue(request.param)


def test_of_eight_rivals_one_gets_the_job(any_study: Study) -> None:
    assert any_study.client("race", "8") == "10"


def test_a_worker_killed_in_mid_job_leaves_it_to_the_next(any_study: Study) -> None:
    any_study.client("ask", "hang once")
    with any_study.worker() as first:
        wait_until((any_study.folder / "begun-1").exists, "the first worker to begin")
        kill_group(first)
    assert (any_study.job_state(), any_study.effects()) == ("running", 0)
    time.sleep(1.1)
    any_study.client("sweep")
    with any_study.worker():
        wait_until(lambda: any_study.job_state() == "done", "the second worker to do it")
    assert (any_study.attempts(), any_study.effects()) == (2, 1)


def test_a_job_longer_than_its_lease_stays_with_its_worker(study: Study) -> None:
    study.client("ask", "outlast the lease")
    with study.worker():
        wait_until((study.folder / "begun-1").exists, "the worker to begin")
        time.sleep(1.5)
        assert study.client("sweep") == "0"
        wait_until(lambda: study.job_state() == "done", "the job")
    assert (study.attempts(), study.effects()) == (1, 1)
