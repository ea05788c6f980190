"""The site's Celery app with two kinds of job that last as long as a test needs them to."""

from __future__ import annotations

import time

import django
from django.conf import settings

django.setup()

from studysite.celery import app  # noqa: E402
from studysite.core.acts import acting  # noqa: E402
from studysite.core.jobs import Held, handles  # noqa: E402

__all__ = ["app"]


def store(held: Held) -> None:
    """The effect of a job: one act, which a test counts."""
    with held.storing() as job, acting(job.requested_by, "test.effect", subject=job.subject):
        pass


@handles("hang once")
def hang_once(held: Held) -> None:
    """Never ends the first time; somebody kills the worker meanwhile."""
    (settings.VAR_DIR / f"begun-{held.job.attempts}").touch()
    if held.job.attempts == 1:
        time.sleep(600)
    store(held)


@handles("outlast the lease")
def outlast_the_lease(held: Held) -> None:
    """Works for three leases, in ever shorter words."""
    (settings.VAR_DIR / f"begun-{held.job.attempts}").touch()
    time.sleep(3 * settings.JOB_LEASE_SECONDS)
    store(held)
