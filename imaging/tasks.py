"""The worker's doors into imaging."""

from __future__ import annotations

import time

from celery import shared_task

from imaging import storage
from imaging.services import (
    arrival,
    derived,
    intake,
    measurement,
    readers,
    receiving,
    scrubbing,
    sending,
    sessions,
    suggesting,
    training_set,
)
from studysite.core import jobs

DAY_SECONDS = 24 * 3600


@jobs.handles("intake")
def intake_task(held: jobs.Held) -> None:
    """Work on one arrival."""
    arrival.process(held)


@jobs.handles("measure")
def measure_task(held: jobs.Held) -> None:
    """Measure the nerves of one series."""
    measurement.perform(held)


@jobs.handles("training")
def training_task(held: jobs.Held) -> None:
    """Make one training case."""
    training_set.perform(held)


@jobs.handles("suggest")
def suggest_task(held: jobs.Held) -> None:
    """Look for the nerves' ends on one series."""
    suggesting.perform(held)


@jobs.handles("send")
def send_task(held: jobs.Held) -> None:
    """Send one series to an archive."""
    sending.perform(held)


@shared_task(name="studysite.assign_readers")
def assign_readers_task() -> int:
    """Give the cases that lack a reader to those who have come since, and the reads whose day has
    come to their readers."""
    return readers.assign_waiting() + sessions.assign_later()


@shared_task(name="studysite.clear_spool")
def clear_spool_task() -> int:
    """Leave nothing on the spool: end what nobody ended, remove what finished arrivals left."""
    intake.close_abandoned(time.time())
    return intake.clear_spool(time.time())


@shared_task(name="studysite.close_quiet_arrivals")
def close_quiet_task() -> int:
    """Close what nodes have sent, where the receiver died before it could."""
    return receiving.close_quiet()


@shared_task(name="studysite.keep_objects")
def keep_objects_task() -> int:
    """Make the standard objects of measurements that have none; how many."""
    return derived.fill_in()


@shared_task(name="studysite.scrub_storage")
def scrub_task() -> int:
    """Read every stored scan again; how many are wrong. What was left half written goes."""
    storage.clear_half_written(time.time() - DAY_SECONDS)
    return len(scrubbing.scrub().faults)
