"""The worker and its clock: everything that happens by the hour is in this file."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from celery import Celery, bootsteps, schedules
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")


class Every(schedules.schedule):
    """So many seconds apart, also after a clock that was ahead has been put right: Celery's own
    would wait until the moment of the last time has come again."""

    def is_due(self, last_run_at: datetime) -> Any:
        """Whether now, and in how many seconds else."""
        if self.maybe_make_aware(last_run_at) > self.now():
            return schedules.schedstate(True, self.seconds)
        return super().is_due(last_run_at)


app = Celery("studysite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    broker_connection_retry_on_startup=True,
    beat_schedule={
        # Expires with its successor, so that no pile of sweeps meets a worker that comes back.
        "sweep-jobs": {
            "task": "studysite.sweep_jobs",
            "schedule": Every(15.0),
            "options": {"expires": 15.0},
        },
        # A site that gets its second or third reader late has cases that wait for one.
        "assign-readers": {
            "task": "studysite.assign_readers",
            "schedule": Every(60.0),
            "options": {"expires": 60.0},
        },
        "seal-audit": {
            "task": "studysite.seal_audit",
            "schedule": Every(60.0),
            "options": {"expires": 60.0},
        },
        "mail-checkpoint": {
            "task": "studysite.mail_checkpoint",
            "schedule": Every(24 * 3600.0),
            "options": {"expires": 3600.0},
        },
        "close-quiet-arrivals": {
            "task": "studysite.close_quiet_arrivals",
            "schedule": Every(30.0),
            "options": {"expires": 30.0},
        },
        "keep-objects": {
            "task": "studysite.keep_objects",
            "schedule": Every(3600.0),
            "options": {"expires": 3600.0},
        },
        "scrub-storage": {
            "task": "studysite.scrub_storage",
            "schedule": Every(24 * 3600.0),
            "options": {"expires": 3600.0},
        },
        "clear-spool": {
            "task": "studysite.clear_spool",
            "schedule": Every(900.0),
            "options": {"expires": 900.0},
        },
    },
)
app.autodiscover_tasks(["studysite.core", "imaging", "reports"])


class TrailFirst(bootsteps.Step):
    """A worker does no work where its work would not be seen."""

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        # By name: it needs the models, which are loaded when a worker is made.
        import_string("studysite.core.audit.readiness.refuse_without_trail")()


app.steps["worker"].add(TrailFirst)
