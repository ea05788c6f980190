"""The worker and its clock: everything that happens by the hour is in this file."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")

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
            "schedule": 15.0,
            "options": {"expires": 15.0},
        },
        # A site that gets its second or third reader late has cases that wait for one.
        "assign-readers": {
            "task": "studysite.assign_readers",
            "schedule": 60.0,
            "options": {"expires": 60.0},
        },
        "clear-spool": {
            "task": "studysite.clear_spool",
            "schedule": 900.0,
            "options": {"expires": 900.0},
        },
    },
)
app.autodiscover_tasks(["studysite.core", "imaging", "reports"])
