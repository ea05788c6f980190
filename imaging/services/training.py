"""Training: simulated cases are read, and told right or wrong, before the first of the study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.answers import show
from enrollment.definitions import in_use
from enrollment.protocol.loader import current
from imaging.models import ReaderTraining, TrainingCase, TrainingRead
from imaging.services.answering import READ, own, take
from imaging.services.readers import new_reading_id
from studysite.core.access import may, require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action, Role
from studysite.core.said import said


class NotTrained(OutOfOrder):
    """A reader who has training cases to read first."""

    code = "not_trained"


@dataclass(frozen=True)
class Judged:
    """One answer of a training case, beside the right one."""

    question: str
    yours: str
    right: str

    @property
    def same(self) -> bool:
        """Whether it was right."""
        return self.yours == self.right


def is_trained(reader: User) -> bool:
    """Whether a reader may read cases of the study."""
    return not current().reading.training_cases or hasattr(reader, "training")


def require_trained(reader: User) -> None:
    """Refuse a reader who has training cases to read first."""
    if not is_trained(reader):
        raise NotTrained(_("Read the training cases first; they come before the first real case."))


def outstanding(reader: User) -> QuerySet[TrainingRead]:
    """A reader's training cases that are not answered yet."""
    return reader.training_reads.filter(at=None).select_related("case")


def give_training(reader: User) -> None:
    """Have every training case that is ready in a reader's list, under a reading id of its own.
    Called where a reader's list is made up, inside an act."""
    if is_trained(reader):
        return
    given = reader.training_reads.values("case")
    for case in _set_in_use().exclude(pk__in=given):
        TrainingRead.objects.create(case=case, reader=reader, reading_id=new_reading_id())


@service(Action.READ_CASE)
def save_training(
    *,
    by: User,
    row: TrainingRead,
    answers: Mapping[str, Any],
    seen_revision: int,
    seconds: int = 0,
) -> TrainingRead:
    """Keep answers of a training case that are not final yet."""
    require(by, Action.READ_CASE)
    held = own(by, row, seen_revision)
    take(held, answers, seconds=seconds, final=False)
    held.save()
    about("", said("Answers of a training case were saved"))
    return held


@service(Action.READ_CASE)
def finish_training(
    *,
    by: User,
    row: TrainingRead,
    answers: Mapping[str, Any],
    seen_revision: int | None = None,
    seconds: int = 0,
) -> TrainingRead:
    """Final answers on a training case; after the last one the reader may read the study's."""
    require(by, Action.READ_CASE)
    held = own(by, row, seen_revision)
    take(held, answers, seconds=seconds, final=True)
    held.at = timezone.now()
    held.save()
    needed = current().reading.training_cases
    done = by.training_reads.filter(at__isnull=False).count()
    if done >= needed and not is_trained(by):
        ReaderTraining.objects.create(reader=by, at=timezone.now())
    about("", said("Training case %(done)s of %(needed)s read", done=done, needed=needed))
    return held


@service(Action.MANAGE_READERS)
def waive_training(*, by: User, reader: User, reason: str) -> ReaderTraining:
    """Let a reader who was trained elsewhere read the study's cases; the reason says where."""
    site = _site_of(by, reader)
    require(by, Action.MANAGE_READERS, site)
    if not reason.strip():
        raise Invalid(_("Say why this reader needs no training here."), field="reason")
    if is_trained(reader):
        raise Conflict(_("This reader is trained already."))
    row = ReaderTraining.objects.create(
        reader=reader, at=timezone.now(), waived_by=by, reason=reason.strip()
    )
    about("", said("Training waived for %(reader)s", reader=reader.username))
    return row


def find_reader(*, by: User, username: str) -> User:
    """A reader of the person's sites; otherwise there is none."""
    reader = User.objects.filter(username=username).first()
    if reader is None:
        raise NotThere(_("There is no such reader."))
    _site_of(by, reader)
    return reader


def feedback(row: TrainingRead) -> list[Judged]:
    """Each answer that the simulation settles: the reader's, and the right one."""
    definition = in_use(READ)
    return [
        Judged(
            item.question,
            show(item, row.answers.get(item.name)),
            show(item, row.case.truth[item.name]),
        )
        for item in definition.items
        if item.name in row.case.truth
    ]


def find_training(*, by: User, reading_id: str) -> TrainingRead:
    """A reader's own training case; nobody else's exists for them."""
    row = by.training_reads.select_related("case").filter(reading_id=reading_id).first()
    if row is None:
        raise NotThere(_("There is no such case in your worklist."))
    return row


def _set_in_use() -> QuerySet[TrainingCase]:
    return TrainingCase.objects.filter(
        ready_at__isnull=False, number__lte=current().reading.training_cases
    )


def _site_of(by: User, reader: User) -> Any:
    """A site at which this person manages that reader."""
    places = reader.memberships.filter(role=Role.READER).select_related("site")
    for place in places:
        if may(by, Action.MANAGE_READERS, place.site):
            return place.site
    raise NotThere(_("There is no such reader."))
