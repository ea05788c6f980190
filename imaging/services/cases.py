"""A reader's cases: training first, then the reads, and the third reads where two readers differ.
A case is known by its reading id alone; a reader never learns whose it is, nor what anybody else
saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.journey import ENDED
from imaging.models import Adjudication, Measurement, Read, TrainingCase, TrainingRead
from imaging.services.reading import adjudicate, lock_read, save_answers
from imaging.services.training import (
    finish_training,
    give_training,
    is_trained,
    require_trained,
    save_training,
)
from studysite.core.access import sites_for
from studysite.core.acts import acting
from studysite.core.errors import NotThere
from studysite.core.models import User
from studysite.core.roles import Action

CHUNK = 500


@dataclass(frozen=True)
class Case:
    """One case of one reader, and what its pictures were drawn from."""

    techniques: list[str]
    source: Measurement | TrainingCase
    row: Read | Adjudication | TrainingRead

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
    def locked_at(self) -> datetime | None:
        """When its answers became final."""
        return self.row.done_at

    @property
    def answers(self) -> Mapping[str, Any]:
        """The reader's own answers so far."""
        return self.row.answers


def cases_of(*, by: User) -> list[Case]:
    """A reader's cases in the order of their random ids: the open ones first. An open case of
    somebody who left the study is no case any more. Whoever is not trained yet has the training
    cases, and no other is open."""
    found = [*_study_cases(by), *_training_cases(by)]
    return sorted(found, key=lambda case: (case.locked_at is not None, case.reading_id))


def find_case(*, by: User, reading_id: str) -> Case:
    """A reader's own case; nobody else's exists for them."""
    found = next((case for case in cases_of(by=by) if case.reading_id == reading_id), None)
    if found is None:
        raise NotThere(_("There is no such case in your worklist."))
    return found


def prepare(*, by: User) -> None:
    """Have the training cases of a new reader in the list."""
    if not is_trained(by):
        with acting(by, "open_case"):
            give_training(by)


def open_case(*, by: User, case: Case) -> None:
    """Note that a reader looks at a case, and when it was for the first time."""
    row = case.row
    if row.done_at or row.reader_id != by.pk:
        return
    if not case.training:
        require_trained(by)
    now = timezone.now()
    model: type[Read | Adjudication | TrainingRead] = type(row)
    number = "" if isinstance(row, TrainingRead) else row.participant.number
    with acting(by, "open_case", subject=number):
        held = model._default_manager.filter(pk=row.pk)
        held.update(looked_at=now, opened_at=row.opened_at or now)


def save_case(
    *, by: User, case: Case, answers: Mapping[str, Any], seen_revision: int, seconds: int = 0
) -> int:
    """Keep answers that are not final. Returns their revision."""
    row, told = case.row, {"seen_revision": seen_revision, "seconds": seconds}
    if isinstance(row, TrainingRead):
        return save_training(by=by, row=row, answers=answers, **told).revision
    if isinstance(row, Adjudication):
        return save_answers(by=by, row=row, answers=answers, **told).revision
    return save_answers(by=by, row=row, answers=answers, **told).revision


def lock_case(
    *,
    by: User,
    case: Case,
    answers: Mapping[str, Any],
    password: str = "",
    code: str = "",
    seen_revision: int | None = None,
    seconds: int = 0,
) -> None:
    """Make a reader's answers final, signed; those on a training case need no signature."""
    row = case.row
    if isinstance(row, TrainingRead):
        finish_training(
            by=by, row=row, answers=answers, seen_revision=seen_revision, seconds=seconds
        )
        return
    proof = {"password": password, "code": code}
    if isinstance(row, Adjudication):
        adjudicate(
            by=by,
            adjudication=row,
            answers=answers,
            seen_revision=seen_revision,
            seconds=seconds,
            **proof,
        )
    else:
        lock_read(
            by=by,
            read=row,
            answers=answers,
            seen_revision=seen_revision,
            seconds=seconds,
            **proof,
        )


def _study_cases(by: User) -> list[Case]:
    sites = sites_for(by, Action.READ_CASE)
    mine = {"reader": by, "participant__site__in": sites}
    reads = Read.objects.filter(**mine).exclude(locked_at=None, participant__state__in=ENDED)
    thirds = Adjudication.objects.filter(**mine).exclude(at=None, participant__state__in=ENDED)
    if not is_trained(by):
        reads, thirds = reads.exclude(locked_at=None), thirds.exclude(at=None)
    reads = reads.select_related("measurement", "participant")
    thirds = thirds.select_related("participant")
    thirds = thirds.prefetch_related("participant__reads__measurement")
    # By chunks: SQLite refuses to be asked about a thousand participants at once.
    return [*map(_of_read, reads), *map(_of_third, thirds.iterator(CHUNK))]


def _training_cases(by: User) -> list[Case]:
    rows = by.training_reads.select_related("case")
    if is_trained(by):
        rows = rows.exclude(at=None)
    return [Case(row.case.techniques, row.case, row) for row in rows]


def _of_read(read: Read) -> Case:
    return Case(read.techniques, read.measurement, read)


def _of_third(third: Adjudication) -> Case:
    """Read in the techniques and from the pictures that the two readers of the session had."""
    reads = [read for read in third.participant.reads.all() if read.session == third.session]
    return Case(reads[0].techniques, reads[0].measurement, third)
