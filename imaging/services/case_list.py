"""A reader's list of cases: found as far as it is asked for, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import chain, islice
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from enrollment.journey import ENDED
from imaging.models import Adjudication, Measurement, Read, TrainingCase, TrainingRead
from imaging.services.training import is_trained
from studysite.core.access import sites_for
from studysite.core.models import User
from studysite.core.roles import Action

# What a measurement found is long, and a list shows none of it.
HEAVY = ("measurement__result", "measurement__pictures")
Row = Read | Adjudication | TrainingRead


@dataclass(frozen=True)
class Case:
    """One case of one reader."""

    row: Row

    @property
    def reading_id(self) -> str:
        """What the reader knows it by."""
        return self.row.reading_id

    @property
    def third(self) -> bool:
        """Two readers differ on it, and this one decides."""
        return isinstance(self.row, Adjudication)

    @property
    def training(self) -> bool:
        """A simulated case: its truth is told afterwards."""
        return isinstance(self.row, TrainingRead)

    @property
    def techniques(self) -> list[str]:
        """What it is read in; a third read, in what the two readers of its session had."""
        if isinstance(self.row, TrainingRead):
            return list(self.row.case.techniques)
        if isinstance(self.row, Adjudication):
            return list(self.row.read_in)  # type: ignore[attr-defined]
        return list(self.row.techniques)

    @property
    def source(self) -> Measurement | TrainingCase:
        """What its pictures were drawn from; a third read's, from what the two readers saw."""
        if isinstance(self.row, TrainingRead):
            return self.row.case
        if isinstance(self.row, Adjudication):
            reads = self.row.participant.reads.filter(session=self.row.session)
            return reads.select_related("measurement__series")[0].measurement
        return self.row.measurement

    @property
    def locked_at(self) -> datetime | None:
        """When its answers became final."""
        return self.row.done_at

    @property
    def answers(self) -> Mapping[str, Any]:
        """The reader's own answers so far."""
        return self.row.answers


class CaseList:
    """A reader's cases in the order of their random ids, the open ones first. An open case of
    somebody who left the study is no case any more. Whoever is not trained yet has the training
    cases, and no other is open."""

    def __init__(self, by: User) -> None:
        sites = list(sites_for(by, Action.READ_CASE).values_list("pk", flat=True))
        mine = {"reader": by, "participant__site__in": sites}
        reads = Read.objects.filter(**mine).select_related("measurement__series", "participant")
        thirds = Adjudication.objects.filter(**mine).select_related("participant")
        thirds = thirds.annotate(read_in=Subquery(_read_in()))
        training = by.training_reads.select_related("case")
        self.open: list[QuerySet[Any]] = [training.filter(at__isnull=True)]
        if is_trained(by):
            here = {"participant__state__in": ENDED}
            self.open = [
                reads.filter(locked_at__isnull=True).exclude(**here),
                thirds.filter(at__isnull=True).exclude(**here),
            ]
        self.locked: list[QuerySet[Any]] = [
            reads.filter(locked_at__isnull=False),
            thirds.filter(at__isnull=False),
            training.filter(at__isnull=False),
        ]

    def counted(self, at_most: int) -> int:
        """How many there are, counted no further than that."""
        every = (rows[:at_most].count() for rows in [*self.open, *self.locked])
        return min(at_most, sum(every))

    def __getitem__(self, part: slice) -> list[Case]:
        """The cases from one place of the list to another. As many queries wherever they lie."""
        both = [_in_order(queries, part.stop) for queries in (self.open, self.locked)]
        return [Case(row) for row in islice(chain(*both), part.start, part.stop)]

    def find(self, reading_id: str) -> Case | None:
        """The case of that reading id, if it is in the list."""
        queries = (rows.filter(reading_id=reading_id) for rows in [*self.open, *self.locked])
        return next((Case(row) for rows in queries for row in rows), None)


def _in_order(queries: list[QuerySet[Any]], stop: int | None) -> Iterator[Row]:
    """The rows of several queries by their reading ids; of each no more than could be wanted."""
    lists = [list(_light(rows).order_by("reading_id")[:stop]) for rows in queries]
    return merge(*lists, key=lambda row: row.reading_id)


def _light(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.defer(*HEAVY) if rows.model is Read else rows


def _read_in() -> QuerySet[Read, Any]:
    same = Read.objects.filter(participant=OuterRef("participant"), session=OuterRef("session"))
    return same.order_by("pk").values("techniques")[:1]
