"""The queue in the database: what happens to a job when workers come, fail and die."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from studysite.core import jobs
from studysite.core.audit.writer import writing
from studysite.core.errors import Invalid, OutOfOrder
from studysite.core.models import Job, JobState, User
from studysite.core.roles import Role
from tests.audit import TESTER
from tests.studysite.conftest import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker(person: Cast) -> User:
    return person(Role.ANALYST)


@pytest.fixture
def job(asker: User) -> Job:
    return jobs.ask(kind="test", key="test:1", target="1", subject="HERE-001", by=asker)


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch):
    """Let a function do the jobs of kind `test`."""
    return lambda function: monkeypatch.setitem(jobs.HANDLERS, "test", function)


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids that were sent to the broker."""
    sent: list[str] = []
    monkeypatch.setattr(jobs, "announce", lambda job_id, _kind: sent.append(str(job_id)))
    return sent


def let_the_lease_run_out(job: Job) -> None:
    with writing(TESTER):
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_is_claimed_once(job: Job) -> None:
    assert jobs.claim(job.pk) is not None
    assert jobs.claim(job.pk) is None


def test_a_job_that_is_not_there_is_not_claimed(job: Job) -> None:
    Job.objects.all().delete()
    assert jobs.claim(job.pk) is None


def test_the_same_key_is_the_same_job(job: Job, asker: User) -> None:
    again = jobs.ask(kind="test", key="test:1", target="1", subject="HERE-001", by=asker)
    assert again == job
    assert Job.objects.count() == 1


def test_a_job_is_announced_when_its_transaction_is_stored(
    asker: User, announced: list[str], django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask(kind="test", key="k", target="1", subject="", by=asker)
        assert announced == []
    assert announced == [str(job.pk)]


def test_a_job_is_not_announced_when_its_transaction_is_undone(
    asker: User, announced: list[str], django_capture_on_commit_callbacks
) -> None:
    @transaction.atomic
    def ask_and_fail() -> None:
        jobs.ask(kind="test", key="k", target="1", subject="", by=asker)
        raise Invalid("The form is wrong.")

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Invalid):
        ask_and_fail()
    assert announced == []
    assert not Job.objects.exists()


def test_without_a_broker_the_job_waits(
    job: Job, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(jobs.current_app, "send_task", refuse)
    jobs.announce(job.pk, job.kind)
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert "waits for the sweep" in caplog.text


def test_a_finished_job_is_done_and_holds_no_lease(job: Job, handler) -> None:
    def work(held: jobs.Held) -> None:
        with held.storing() as stored:
            assert stored.target == "1"

    handler(work)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress, job.lease_token) == (JobState.DONE, 1.0, None)
    assert job.finished_at is not None


def test_a_done_job_is_not_done_again(job: Job, handler) -> None:
    times = []

    def work(held: jobs.Held) -> None:
        with held.storing():
            times.append(1)

    handler(work)
    jobs.run(job.pk)
    jobs.run(job.pk)
    assert times == [1]


def test_a_lease_that_ran_out_is_taken_over(job: Job) -> None:
    first = jobs.claim(job.pk)
    let_the_lease_run_out(job)
    second = jobs.claim(job.pk)
    assert first is not None
    assert second is not None
    assert second.token != first.token
    assert second.job.attempts == 2


@pytest.mark.parametrize("write", ["keep", "progress"])
def test_who_lost_the_lease_writes_nothing(job: Job, write: str) -> None:
    first = jobs.claim(job.pk)
    let_the_lease_run_out(job)
    second = jobs.claim(job.pk)
    assert first is not None
    with pytest.raises(jobs.LeaseLost):
        first.keep() if write == "keep" else first.progress(0.5, "half")
    assert second is not None
    second.keep()


def test_who_lost_the_lease_stores_nothing(job: Job, asker: User) -> None:
    first = jobs.claim(job.pk)
    let_the_lease_run_out(job)
    assert jobs.claim(job.pk) is not None
    assert first is not None
    with pytest.raises(jobs.LeaseLost), first.storing():
        pytest.fail("the block must not run")
    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_a_result_that_cannot_be_stored_leaves_the_job_running(job: Job) -> None:
    held = jobs.claim(job.pk)
    assert held is not None

    def store_half() -> None:
        with held.storing():
            User.objects.create_user("half_a_result")
            raise Invalid("The volume is negative.")

    with pytest.raises(Invalid):
        store_half()
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert not User.objects.filter(username="half_a_result").exists()


def test_progress_is_a_share_and_keeps_the_lease(job: Job) -> None:
    held = jobs.claim(job.pk)
    assert held is not None
    let_the_lease_run_out(job)
    held.progress(1.7, "nearly")
    job.refresh_from_db()
    assert (job.progress, job.message) == (1.0, "nearly")
    assert job.lease_until is not None
    assert job.lease_until > timezone.now()


def test_a_refusal_fails_the_job_with_its_sentence(job: Job, handler) -> None:
    def refuse(held: jobs.Held) -> None:
        raise Invalid("The slices are too thick for a 1 mm nerve.")

    handler(refuse)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert job.message == "The slices are too thick for a 1 mm nerve."


def test_an_unforeseen_error_is_tried_again_and_then_told(job: Job, handler, settings) -> None:
    def stumble(held: jobs.Held) -> None:
        raise ZeroDivisionError

    handler(stumble)
    states = []
    for _ in range(settings.JOB_MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            jobs.run(job.pk)
        job.refresh_from_db()
        states.append(job.state)
    assert states == [JobState.QUEUED] * (settings.JOB_MAX_ATTEMPTS - 1) + [JobState.FAILED]
    assert "unexpected error" in job.message


def test_the_sweep_frees_what_a_dead_worker_holds(job: Job, announced: list[str]) -> None:
    jobs.claim(job.pk)
    let_the_lease_run_out(job)
    assert jobs.sweep() == 1
    job.refresh_from_db()
    assert (job.state, job.lease_until) == (JobState.QUEUED, None)
    assert announced == [str(job.pk)]


def test_the_sweep_leaves_what_a_living_worker_holds(job: Job, announced: list[str]) -> None:
    held = jobs.claim(job.pk)
    assert jobs.sweep() == 0
    assert held is not None
    held.keep()
    assert announced == []


def test_the_sweep_ends_what_killed_its_worker_too_often(
    job: Job, announced: list[str], settings
) -> None:
    for _ in range(settings.JOB_MAX_ATTEMPTS):
        assert jobs.claim(job.pk) is not None
        let_the_lease_run_out(job)
    assert jobs.claim(job.pk) is None
    jobs.sweep()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "stopped in the middle" in job.message
    assert announced == []


def test_a_failed_job_can_be_tried_again(job: Job, handler, announced: list[str]) -> None:
    test_a_refusal_fails_the_job_with_its_sentence(job, handler)
    jobs.retry(job)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.message) == (JobState.QUEUED, 0, "")


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
def test_only_a_failed_job_can_be_tried_again(job: Job, state: JobState) -> None:
    if state == JobState.RUNNING:
        jobs.claim(job.pk)
    with pytest.raises(OutOfOrder):
        jobs.retry(job)


@pytest.mark.parametrize("error", [Invalid("Too thick."), ZeroDivisionError()])
def test_how_it_ended_for_who_lost_the_lease_changes_nothing(
    job: Job, handler, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def lose_it_then_fail(held: jobs.Held) -> None:
        let_the_lease_run_out(job)
        assert jobs.claim(job.pk) is not None
        raise error

    handler(lose_it_then_fail)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message, job.attempts) == (JobState.RUNNING, "", 2)
    assert "taken over" in caplog.text
