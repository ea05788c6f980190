"""The worker's doors: a job's id in, one call."""

from __future__ import annotations

from celery import shared_task

from studysite.core import jobs
from studysite.core.audit import checkpoints, sealing


@shared_task(name="studysite.run_job", acks_late=True, reject_on_worker_lost=True)
def run_job_task(job_id: str) -> None:
    """Do one job."""
    jobs.run(job_id)


@shared_task(name="studysite.sweep_jobs")
def sweep_jobs_task() -> int:
    """Free what dead workers hold and announce what waits."""
    return jobs.sweep()


@shared_task(name="studysite.seal_audit")
def seal_audit_task() -> None:
    """Seal what is settled in both trails."""
    sealing.seal_all()


@shared_task(name="studysite.mail_checkpoint")
def mail_checkpoint_task() -> None:
    """Let the newest checkpoints leave the system."""
    checkpoints.mail()
