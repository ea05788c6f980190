"""The worker's doors into imaging."""

from __future__ import annotations

from imaging.services import arrival, measurement
from studysite.core import jobs


@jobs.handles("intake")
def intake_task(held: jobs.Held) -> None:
    """Work on one arrival."""
    arrival.process(held)


@jobs.handles("measure")
def measure_task(held: jobs.Held) -> None:
    """Measure the nerves of one series."""
    measurement.perform(held)
