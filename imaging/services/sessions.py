"""Reads that come later: the second session of a paired design, and repeated reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from enrollment.journey import ENDED
from enrollment.models import Participant
from enrollment.protocol.loader import current
from enrollment.services.closing import closure_over
from imaging.discrepancy import chosen_for_repeat
from imaging.models import Adjudication, Read, Session
from imaging.services.readers import READERS_A_CASE, ask_third_reader, new_reading_id
from studysite.core.acts import acting
from studysite.core.said import said


def assign_later() -> int:
    """Give out the second sessions and the repeated reads whose day has come, and third readers
    whom a second session still lacks. Returns how many participants it looked at."""
    waiting = sorted({*_due_second(), *_due_repeat(), *_undecided()})
    for pk in waiting:
        with transaction.atomic():
            _assign(Participant.objects.select_for_update().get(pk=pk))
    return len(waiting)


def reads_to_come(participant: Participant | None = None) -> int:
    """How many reads of a participant, or of everybody in the study, are open or will be given:
    what a lock gives up. A second session's own repeats are not among them before it is given."""
    people = Participant.objects.exclude(state__in=ENDED)
    if participant is not None:
        people = people.filter(pk=participant.pk)
    reads = Read.objects.filter(participant__in=people)
    thirds = Adjudication.objects.filter(participant__in=people, at=None)
    still = reads.filter(locked_at=None).count() + thirds.count()
    paired = people.filter(reads__isnull=False).exclude(reads__session=Session.OTHER).distinct()
    second = paired.count() * READERS_A_CASE if current().reading.paired else 0
    return still + second + len(_never_repeated(reads.exclude(locked_at=None)))


def _assign(row: Participant) -> None:
    if row.state in ENDED or closure_over(row) is not None:
        return
    with acting(None, "assign_readers", subject=row.number, detail=said("Later reads were given")):
        if row.pk in set(_due_second()):
            techniques = list(current().other_techniques(row.enrolment.arm))
            for read in row.reads.filter(session=Session.REGISTERED, repeat=False):
                _again(read, session=Session.OTHER, techniques=techniques)
        for read in _to_repeat(row.reads.all()):
            _again(read, repeat=True)
        if row.pk in set(_undecided()):
            ask_third_reader(row, Session.OTHER)


def _again(read: Read, **changes: object) -> None:
    """The same case for the same reader, under a new reading id."""
    told = {"session": read.session, "techniques": read.techniques} | changes
    Read.objects.create(
        reading_id=new_reading_id(),
        participant=read.participant,
        measurement=read.measurement,
        reader=read.reader,
        **told,
    )


def _due_second() -> Iterator[int]:
    """Whose first session has been over for the days of washing out."""
    plan = current().reading
    if not plan.paired:
        return
    before = timezone.now() - timedelta(days=plan.washout_days)
    over = _locked_twice(Session.REGISTERED, before)
    yield from over.exclude(reads__session=Session.OTHER).values_list("pk", flat=True)


def _due_repeat() -> Iterator[int]:
    open_ones = Read.objects.exclude(participant__state__in=ENDED)
    yield from (read.participant_id for read in _to_repeat(open_ones))


def _to_repeat(reads: QuerySet[Read]) -> list[Read]:
    """Reads that the seed chose, old enough, and not given again yet."""
    before = timezone.now() - timedelta(days=current().reading.repeat_after_days)
    return _never_repeated(reads.filter(locked_at__lte=before))


def _never_repeated(reads: QuerySet[Read]) -> list[Read]:
    """Those that the seed chose, and that are not given again yet."""
    plan = current().reading
    given = {
        tuple(row)
        for row in Read.objects.filter(repeat=True).values_list("participant", "reader", "session")
    }
    return [
        read
        for read in reads.filter(repeat=False).select_related("participant")
        if (read.participant_id, read.reader_id, read.session) not in given
        and chosen_for_repeat(
            seed=plan.repeat_seed, share=plan.repeat_share, reading_id=read.reading_id
        )
    ]


def _undecided() -> Iterator[int]:
    """Second sessions on which two differ, for whom no third reader was there."""
    rows = _locked_twice(Session.OTHER, timezone.now())
    undecided = rows.exclude(adjudications__session=Session.OTHER)
    yield from undecided.values_list("pk", flat=True)


def _locked_twice(session: Session, before: datetime) -> QuerySet[Participant]:
    """Whose case every reader of a session locked before a moment."""
    locked = Q(reads__session=session, reads__repeat=False, reads__locked_at__lte=before)
    counted = Participant.objects.exclude(state__in=ENDED).annotate(
        locked=Count("reads", filter=locked)
    )
    return counted.filter(locked=READERS_A_CASE)
