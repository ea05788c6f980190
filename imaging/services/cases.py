"""A reader's cases: the reads, and the third reads where two readers differ. A case is known by its
reading id alone; a reader never learns whose it is, nor what anybody else saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.journey import ENDED
from imaging.models import Adjudication, Measurement, Read
from imaging.services.reading import adjudicate, lock_read
from studysite.core.access import sites_for
from studysite.core.acts import acting
from studysite.core.errors import NotThere
from studysite.core.models import User
from studysite.core.roles import Action


@dataclass(frozen=True)
class Case:
    """One case of one reader. `third`: two readers differ on it, and this one decides."""

    reading_id: str
    techniques: list[str]
    measurement: Measurement
    locked_at: datetime | None
    answers: Mapping[str, Any]
    row: Read | Adjudication

    @property
    def third(self) -> bool:
        return isinstance(self.row, Adjudication)


def cases_of(*, by: User) -> list[Case]:
    """A reader's cases in the order of their random ids: the open ones first. An open case of
    somebody who left the study is no case any more."""
    sites = sites_for(by, Action.READ_CASE)
    mine = {"reader": by, "participant__site__in": sites}
    reads = Read.objects.filter(**mine).exclude(locked_at=None, participant__state__in=ENDED)
    thirds = Adjudication.objects.filter(**mine).exclude(at=None, participant__state__in=ENDED)
    reads = reads.select_related("measurement")
    thirds = thirds.prefetch_related("participant__reads__measurement")
    found = [*map(_of_read, reads), *map(_of_third, thirds)]
    return sorted(found, key=lambda case: (case.locked_at is not None, case.reading_id))


def find_case(*, by: User, reading_id: str) -> Case:
    """A reader's own case; nobody else's exists for them."""
    found = next((case for case in cases_of(by=by) if case.reading_id == reading_id), None)
    if found is None:
        raise NotThere(_("There is no such case in your worklist."))
    return found


def open_case(*, by: User, case: Case) -> None:
    """Note when a reader first looked at a case; later looks are none."""
    row = case.row
    if isinstance(row, Adjudication) or row.opened_at or row.reader_id != by.pk:
        return
    with acting(by, "open_case", subject=row.participant.number):
        Read.objects.filter(pk=row.pk, opened_at=None).update(opened_at=timezone.now())


def lock_case(*, by: User, case: Case, answers: Mapping[str, Any]) -> None:
    """Keep a reader's answers for good, as a read or as the third one."""
    if isinstance(case.row, Adjudication):
        adjudicate(by=by, adjudication=case.row, answers=answers)
    else:
        lock_read(by=by, read=case.row, answers=answers)


def _of_read(read: Read) -> Case:
    return Case(
        read.reading_id, read.techniques, read.measurement, read.locked_at, read.answers, read
    )


def _of_third(third: Adjudication) -> Case:
    """Read in the techniques and from the pictures that the two readers had."""
    read = third.participant.reads.all()[0]
    return Case(third.reading_id, read.techniques, read.measurement, third.at, third.answers, third)
