"""How the readers do: what waits for them, how long they take, and how far they agree with each
other, with themselves, and over time. Nothing here is by arm, so it may be seen before the lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.utils import timezone

from enrollment.protocol.loader import current
from imaging.discrepancy import compared
from imaging.models import Adjudication, Read, ReaderTraining, TrainingCase
from reports.statistics.agreement import cohen_kappa, cross_table
from reports.statistics.estimate import Estimate
from studysite.core.access import sites_for
from studysite.core.models import User
from studysite.core.roles import Action, Role

LATELY = timedelta(days=30)
# An answer that was given and one that was not asked are answers too, and may differ.
NOT_ASKED = "—"


@dataclass(frozen=True)
class Pair:
    """The same side of the same case, answered twice. `at`: when the later one was locked."""

    first: str
    second: str
    at: datetime


@dataclass(frozen=True)
class Agreement:
    """How many of so many answers are the same, and Cohen's kappa where there is one."""

    same: int
    n: int
    kappa: Estimate

    @property
    def percent(self) -> int | None:
        """The same of all, in percent."""
        return round(100 * self.same / self.n) if self.n else None


@dataclass(frozen=True)
class ReaderLine:
    """One reader. Earlier and later: the first and the second half of what was read twice."""

    reader: User
    training: ReaderTraining | None
    training_done: int
    open: int
    locked: int
    lately: int
    minutes: float | None
    others: Agreement
    himself: Agreement
    earlier: Agreement
    later: Agreement


@dataclass(frozen=True)
class ReadersDesk:
    """All readers of a person's sites, and the training set they start with."""

    at: datetime
    lines: list[ReaderLine]
    training_cases: list[TrainingCase]
    wanted: int
    undecided: int

    @property
    def lacking(self) -> int:
        """Training cases that the protocol wants and nobody has asked for."""
        return self.wanted - len(self.training_cases)


def readers_desk(by: User) -> ReadersDesk:
    """As it is now, at the sites whose reads the person may see."""
    sites = list(sites_for(by, Action.SEE_READS))
    readers = (
        User.objects.filter(memberships__site__in=sites, memberships__role=Role.READER)
        .select_related("training")
        .distinct()
        .order_by("printed_name", "username")
    )
    reads = list(Read.objects.filter(participant__site__in=sites).select_related("participant"))
    wanted = current().reading.training_cases
    undecided = Adjudication.objects.filter(participant__site__in=sites, at=None).count()
    return ReadersDesk(
        at=timezone.now(),
        lines=[_line(reader, reads) for reader in readers],
        training_cases=list(TrainingCase.objects.select_related("job")[:wanted]),
        wanted=wanted,
        undecided=undecided,
    )


def _line(reader: User, reads: list[Read]) -> ReaderLine:
    own = [read for read in reads if read.reader_id == reader.pk]
    locked = [read for read in own if read.locked_at]
    since = timezone.now() - LATELY
    taken = [read.seconds / 60 for read in locked if read.seconds]
    pairs = sorted(_with_others(own, reads), key=lambda pair: pair.at)
    half = len(pairs) // 2
    return ReaderLine(
        reader=reader,
        training=getattr(reader, "training", None),
        training_done=reader.training_reads.filter(at__isnull=False).count(),
        open=len(own) - len(locked),
        locked=len(locked),
        lately=sum(1 for read in locked if read.locked_at and read.locked_at >= since),
        minutes=median(taken) if taken else None,
        others=agreement(pairs),
        himself=agreement(_with_himself(locked)),
        earlier=agreement(pairs[:half]),
        later=agreement(pairs[half:]),
    )


def agreement(pairs: Iterable[Pair]) -> Agreement:
    """How far two rows of answers are the same."""
    kept = list(pairs)
    same = sum(1 for pair in kept if pair.first == pair.second)
    counts = cross_table([pair.first for pair in kept], [pair.second for pair in kept])
    return Agreement(same, len(kept), cohen_kappa(counts))


def _with_others(own: list[Read], reads: list[Read]) -> Iterator[Pair]:
    """The reader's answers beside those of the other reader of the same case and session."""
    others = {
        (read.participant_id, read.session): read
        for read in reads
        if read.locked_at and not read.repeat and (not own or read.reader_id != own[0].reader_id)
    }
    for read in own:
        other = others.get((read.participant_id, read.session))
        if read.locked_at and not read.repeat and other is not None:
            yield from _pairs(read, other)


def _with_himself(locked: list[Read]) -> Iterator[Pair]:
    """The reader's answers beside the same reader's, on cases that were read again."""
    first = {(read.participant_id, read.session): read for read in locked if not read.repeat}
    for read in locked:
        before = first.get((read.participant_id, read.session))
        if read.repeat and before is not None:
            yield from _pairs(before, read)


def _pairs(one: Read, other: Read) -> Iterator[Pair]:
    if one.locked_at is None or other.locked_at is None:
        return
    for name in compared(current().reading.discrepancy):
        answers = [str(read.answers.get(name) or NOT_ASKED) for read in (one, other)]
        yield Pair(answers[0], answers[1], max(one.locked_at, other.locked_at))
