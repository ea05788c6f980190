"""The worker's doors into imaging."""

from __future__ import annotations

from celery import shared_task

from imaging.services import arrival, measurement, readers
from studysite.core import jobs


@jobs.handles("intake")
def intake_task(held: jobs.Held) -> None:
    """Work on one arrival."""
    arrival.process(held)


@jobs.handles("measure")
def measure_task(held: jobs.Held) -> None:
    """Measure the nerves of one series."""
    measurement.perform(held)


@shared_task(name="studysite.assign_readers")
def assign_readers_task() -> int:
    """Give the cases that lack a reader to those who have come since."""
    return readers.assign_waiting()
