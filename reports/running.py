"""How the study runs, in numbers for Prometheus: what waits, for how long, and what is not sealed.

Read from the rows when somebody asks, so it is the same from whichever process answers. Nothing in
it is about a participant.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from imaging.models import Intake, IntakeState
from imaging.models.intake import Door
from imaging.services.scrubbing import last_check
from studysite.core.models import AuditEvent, AuditLeaf, Job, JobState

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
Sample = tuple[dict[str, str], float]


def as_text() -> bytes:
    """Every number now, as Prometheus reads it."""
    registry = CollectorRegistry()
    for name, words, samples in _all():
        labels: list[str] = []
        gauge = None
        for labelled, value in samples:
            labels = labels or list(labelled)
            gauge = gauge or Gauge(name, words, labels, registry=registry)
            (gauge.labels(**labelled) if labelled else gauge).set(value)
    return generate_latest(registry)


def _all() -> Iterator[tuple[str, str, Iterator[Sample]]]:
    yield "study_jobs", "Jobs by state and kind; those that are done in one.", _jobs()
    yield "study_queue_depth", "Jobs that wait, by queue.", _depth()
    yield "study_queue_age_seconds", "How long the first of a queue waits.", _age()
    yield "study_jobs_overdue", "Running jobs whose worker went silent.", _overdue()
    yield "study_arrivals_open", "Arrivals that are being received, by door.", _arrivals()
    yield "study_arrival_age_seconds", "Since the last arrival by a door began.", _last_arrival()
    yield "study_trail_unsealed_events", "Events that no checkpoint covers yet.", _unsealed()
    yield "study_trail_seal_lag_seconds", "How old the oldest of them is.", _lag()
    yield "study_scrub_faults", "Stored scans found wrong at the last reading.", _scrub_faults()
    yield "study_scrub_age_seconds", "Since all stored scans were read again.", _scrub_age()
    yield "study_disk_free_bytes", "Room where files are kept.", _free()


def _since(moment: datetime | None) -> float:
    return max(0.0, (timezone.now() - moment).total_seconds()) if moment else 0.0


def _jobs() -> Iterator[Sample]:
    unfinished = Job.objects.exclude(state=JobState.DONE)
    counts = unfinished.values("state", "kind").annotate(n=Count("pk")).order_by("state", "kind")
    for row in counts:
        yield {"state": row["state"], "kind": row["kind"]}, row["n"]
    yield {"state": "done", "kind": "all"}, Job.objects.filter(state=JobState.DONE).count()


def _queues() -> Iterator[tuple[str, int, datetime | None]]:
    waiting = Job.objects.filter(state=JobState.QUEUED).order_by()
    rows = list(waiting.values("kind").annotate(n=Count("pk"), first=Min("requested_at")))
    for queue in sorted({*settings.JOB_QUEUES.values(), settings.OTHER_QUEUE}):
        own = [r for r in rows if settings.JOB_QUEUES.get(r["kind"], settings.OTHER_QUEUE) == queue]
        first = min((row["first"] for row in own), default=None)
        yield queue, sum(row["n"] for row in own), first


def _depth() -> Iterator[Sample]:
    return (({"queue": queue}, count) for queue, count, _first in _queues())


def _age() -> Iterator[Sample]:
    return (({"queue": queue}, _since(first)) for queue, _count, first in _queues())


def _overdue() -> Iterator[Sample]:
    running = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=timezone.now())
    yield {}, running.count()


def _arrivals() -> Iterator[Sample]:
    for door in Door:
        yield {"door": door.value}, Intake.objects.filter(door=door, state=IntakeState.OPEN).count()


def _last_arrival() -> Iterator[Sample]:
    for door in Door:
        newest = Intake.objects.filter(door=door).order_by("-at").values_list("at", flat=True)
        yield {"door": door.value}, _since(newest.first())


def _unsealed_events(using: str) -> tuple[int, datetime | None]:
    """How many, and the first one's moment. On PostgreSQL an event may be sealed after a later one;
    such a straggler is not counted until its turn."""
    leaf = AuditLeaf.objects.using(using).order_by("position").last()
    events = AuditEvent.objects.using(using).filter(seq__gt=leaf.seq if leaf else 0)
    first = events.order_by("seq").values_list("at", flat=True).first()
    return events.count(), first


def _unsealed() -> Iterator[Sample]:
    for using in ("default", "vault"):
        yield {"database": using}, _unsealed_events(using)[0]


def _lag() -> Iterator[Sample]:
    for using in ("default", "vault"):
        yield {"database": using}, _since(_unsealed_events(using)[1])


def _scrub_faults() -> Iterator[Sample]:
    check = last_check()
    yield {}, len(check.faults) if check else 0


def _scrub_age() -> Iterator[Sample]:
    check = last_check()
    yield {}, _since(check.begun_at if check else None)


def _free() -> Iterator[Sample]:
    for name, folder in (("own", settings.VAR_DIR), ("files", settings.STORAGE_DIR)):
        yield {"place": name}, shutil.disk_usage(folder).free
