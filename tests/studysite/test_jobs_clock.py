"""The queue where clocks disagree and disks are full."""

from __future__ import annotations

import errno
from datetime import timedelta

import pytest
from django.utils import timezone

from studysite.core import jobs
from studysite.core.audit.writer import writing
from studysite.core.models import Job
from studysite.core.roles import Role
from tests.audit import TESTER
from tests.studysite.conftest import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(person: Cast) -> Job:
    return jobs.ask(kind="test", key="1", target="1", subject="X", by=person(Role.ANALYST))


@pytest.mark.parametrize("wrong", [timedelta(days=-1), timedelta(days=1)])
def test_a_lease_is_by_the_databases_clock(
    job: Job, monkeypatch: pytest.MonkeyPatch, wrong: timedelta
) -> None:
    """A machine whose own clock is wrong neither loses its job nor keeps it when it dies."""
    now = timezone.now()
    monkeypatch.setattr(jobs.timezone, "now", lambda: now + wrong)
    assert jobs.claim(job.pk) is not None
    job.refresh_from_db()
    assert abs(job.lease_until - now) < timedelta(minutes=2)


def test_a_lease_that_nobody_can_have_been_given_has_run_out(job: Job) -> None:
    """That clock was a day ahead, and has been put right."""
    assert jobs.claim(job.pk) is not None
    with writing(TESTER):
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() + timedelta(days=1))
    assert jobs.sweep() == 1
    assert jobs.claim(job.pk) is not None


def test_a_full_disk_ends_a_job_in_a_sentence(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_held: jobs.Held) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(jobs.HANDLERS, "test", full)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
    assert "The disk is full" in job.message
