"""The queue. A job is claimed, kept alive, finished and swept in the database alone.

Celery carries only a job's id, as a wake-up: losing one delays a job until the next sweep, getting
one twice changes nothing. A handler computes outside any transaction and stores its result inside
`storing`, which fails when another worker has taken the job over meanwhile.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import OperationalError as OperationalDatabaseError
from django.db import close_old_connections, transaction
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from studysite.core.audit.writer import Kind, Writer, nobody, writing
from studysite.core.disk import FULL
from studysite.core.errors import OutOfOrder, StudyError
from studysite.core.models import Job, JobState, User
from studysite.core.said import kept, said, within

log = logging.getLogger(__name__)
# Where a job is in the queue is the worker's doing; what it came to is an act of who asked for it.
QUEUE = Writer(Kind.WORKER, "worker", action="queue")


class LeaseLost(Exception):
    """Another worker has the job now; this one lets go."""


@dataclass(frozen=True)
class Held:
    """A job in this worker's hands."""

    job: Job
    token: uuid.UUID

    def progress(self, share: float, message: str = "") -> None:
        """Say how far the job is, 0 to 1, in a sentence that is kept, and keep the job."""
        told = within(kept(message), 500)
        self._write(progress=min(max(share, 0.0), 1.0), message=told, lease_until=_lease())

    def keep(self) -> None:
        """Keep the job a while longer."""
        self._write(lease_until=_lease())

    def _write(self, **values: object) -> None:
        with writing(QUEUE):
            held = Job.objects.filter(pk=self.job.pk, lease_token=self.token).update(**values)
        if not held:
            raise LeaseLost(str(self.job.pk))

    @contextmanager
    def storing(self) -> Iterator[Job]:
        """The transaction that stores the result and ends the job, both or neither."""
        with transaction.atomic():
            job = Job.objects.select_for_update().filter(pk=self.job.pk, lease_token=self.token)
            if not job.exists():
                raise LeaseLost(str(self.job.pk))
            yield self.job
            self._write(
                state=JobState.DONE,
                progress=1.0,
                lease_until=None,
                lease_token=None,
                finished_at=timezone.now(),
            )


Handler = Callable[[Held], None]
HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the one function that does jobs of a kind."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def ask(*, kind: str, key: str, target: str, subject: str, by: User) -> Job:
    """Ask for work, in the transaction of what asked for it. The same key is the same job."""
    job, made = Job.objects.get_or_create(
        key=key, defaults={"kind": kind, "target": target, "subject": subject, "requested_by": by}
    )
    if made:
        transaction.on_commit(lambda: announce(job.pk, job.kind))
    return job


def announce(job_id: uuid.UUID, kind: str) -> None:
    """Wake a worker of its queue. Without a broker the job waits for the sweep."""
    queue = settings.JOB_QUEUES.get(kind, settings.OTHER_QUEUE)
    try:
        current_app.send_task("studysite.run_job", args=[str(job_id)], retry=False, queue=queue)
    except (OperationalError, OSError):
        log.warning("No broker: job %s waits for the sweep.", job_id)


def retry(job: Job) -> None:
    """Put a failed job back in the queue."""
    changed = Job.objects.filter(pk=job.pk, state=JobState.FAILED).update(
        state=JobState.QUEUED, attempts=0, progress=0.0, message="", finished_at=None
    )
    if not changed:
        raise OutOfOrder(_("Only a failed job can be tried again."))
    transaction.on_commit(lambda: announce(job.pk, job.kind))


def claim(job_id: uuid.UUID | str) -> Held | None:
    """Take a job that waits or whose worker is gone; None when there is nothing to take."""
    token = uuid.uuid4()
    free = Q(state=JobState.QUEUED) | (Q(state=JobState.RUNNING) & _run_out())
    waiting = Job.objects.filter(free, pk=job_id, attempts__lt=settings.JOB_MAX_ATTEMPTS)
    with writing(QUEUE):
        taken = waiting.update(
            state=JobState.RUNNING,
            lease_token=token,
            lease_until=_lease(),
            attempts=F("attempts") + 1,
        )
    return Held(Job.objects.get(pk=job_id), token) if taken else None


def run(job_id: uuid.UUID | str) -> None:
    """Do one job, if it is still there to do."""
    held = claim(job_id)
    if held is None:
        return
    stop = threading.Event()
    pulse = threading.Thread(target=_keep_alive, args=(held, stop), daemon=True)
    pulse.start()
    try:
        _do(held)
    except LeaseLost:
        log.warning("Job %s was taken over.", job_id, exc_info=True)
    finally:
        stop.set()
        pulse.join()


def _do(held: Held) -> None:
    try:
        with nobody():
            HANDLERS[held.job.kind](held)
    except LeaseLost:
        raise
    except StudyError as refusal:
        _fail(held, refusal.sentence)
    except OSError as trouble:
        if trouble.errno not in FULL:
            _give_back(held)
            raise
        _fail(held, said("The disk is full: make room, then try again."))
    except Exception:
        _give_back(held)
        raise


def sweep() -> int:
    """Free the claims of dead workers, end what died too often, announce what waits."""
    now = timezone.now()
    dead = Job.objects.filter(_run_out(), state=JobState.RUNNING)
    with writing(QUEUE):
        dead.filter(attempts__gte=settings.JOB_MAX_ATTEMPTS).update(
            state=JobState.FAILED,
            message=said("The worker stopped in the middle of this job each time it was tried."),
            lease_until=None,
            lease_token=None,
            finished_at=now,
        )
        dead.update(state=JobState.QUEUED, lease_until=None, lease_token=None)
    waiting = list(Job.objects.filter(state=JobState.QUEUED).values_list("pk", "kind"))
    for pk, kind in waiting:
        announce(pk, kind)
    return len(waiting)


def _lease() -> Combinable:
    """The end of a lease, by the database's clock: machines need not agree on the time."""
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _run_out() -> Q:
    """Leases that ended, and those that nobody can have been given: that clock was put back."""
    longest = timedelta(seconds=2 * settings.JOB_LEASE_SECONDS)
    return Q(lease_until__lt=Now()) | Q(lease_until__gt=Now() + longest)


def _keep_alive(held: Held, stop: threading.Event) -> None:
    while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
        try:
            held.keep()
        except LeaseLost:
            return
        except OperationalDatabaseError:
            # Locked, or away for a moment: the lease outlasts two missed beats.
            log.warning("The lease of job %s was not renewed.", held.job.pk)
        finally:
            close_old_connections()


def _fail(held: Held, message: str) -> None:
    held._write(
        state=JobState.FAILED,
        message=within(message, 500),
        lease_until=None,
        lease_token=None,
        finished_at=timezone.now(),
    )


def _give_back(held: Held) -> None:
    """After an error nobody foresaw: try again, or say that it failed for good."""
    if held.job.attempts >= settings.JOB_MAX_ATTEMPTS:
        _fail(
            held,
            said("An unexpected error stopped this job; the log of the worker has its trace."),
        )
    else:
        held._write(state=JobState.QUEUED, lease_until=None, lease_token=None)
