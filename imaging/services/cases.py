"""A reader's cases: training first, then the reads, and the third reads where two readers differ.
A case is known by its reading id alone; a reader never learns whose it is, nor what anybody else
saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.models import Adjudication, Read, TrainingRead
from imaging.services.case_list import Case, CaseList
from imaging.services.reading import adjudicate, lock_read, save_answers
from imaging.services.training import (
    finish_training,
    give_training,
    is_trained,
    require_trained,
    save_training,
)
from studysite.core.acts import acting
from studysite.core.errors import NotThere
from studysite.core.models import User


def cases_of(*, by: User) -> list[Case]:
    """All of a reader's cases, the open ones first."""
    return CaseList(by)[:]


def find_case(*, by: User, reading_id: str) -> Case:
    """A reader's own case; nobody else's exists for them."""
    found = CaseList(by).find(reading_id)
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
