"""What is frozen or locked: the one guard that every service asks before it writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from enrollment.models import Closure, Participant
from enrollment.models.closing import Level, Scope
from studysite.core.errors import OutOfOrder


class Closed(OutOfOrder):
    """The record, or this part of it, takes no changes."""

    code = "closed"


def closures_now(
    participant: Participant | None, *, visit: str = "", locked_only: bool = False
) -> QuerySet[Closure]:
    """What closes a visit of a participant, the participant, or the whole study; the widest
    first."""
    reach = Q(scope=Scope.STUDY)
    if participant is not None:
        reach |= Q(scope=Scope.PARTICIPANT, participant=participant)
        if visit:
            reach |= Q(scope=Scope.VISIT, participant=participant, visit=visit)
    rows = Closure.objects.filter(reach, reopened_at__isnull=True)
    return rows.filter(level=Level.LOCKED) if locked_only else rows


@dataclass(frozen=True)
class Closing:
    """What closes a participant's record or visits of it, asked once for a page that shows many."""

    number: str
    rows: tuple[Closure, ...]

    def over(self, visit: str = "", *, locked_only: bool = False) -> Closure | None:
        """What closes a visit, or the whole record, a lock before a freeze."""
        return next(
            (
                row
                for row in self.rows
                if row.visit in {"", visit} and (row.level == Level.LOCKED or not locked_only)
            ),
            None,
        )

    @property
    def sentence(self) -> str:
        """Why the whole record takes no data; nothing where it does."""
        found = self.over()
        return _sentence(found, self.number) if found else ""


def closing_of(participant: Participant) -> Closing:
    """What is frozen or locked of a participant now. One query."""
    reach = Q(scope=Scope.STUDY) | Q(participant=participant)
    rows = Closure.objects.filter(reach, reopened_at__isnull=True).order_by("-level", "scope")
    return Closing(participant.number, tuple(rows))


def closure_over(
    participant: Participant | None, *, visit: str = "", locked_only: bool = False
) -> Closure | None:
    """One thing that closes it, a lock before a freeze; None where it is open."""
    rows = closures_now(participant, visit=visit, locked_only=locked_only)
    return rows.order_by("-level", "scope").first()


def refuse_closed(participant: Participant, *, visit: str = "", locked_only: bool = False) -> None:
    """Refuse to write into what is frozen or locked. Raises Closed with a sentence."""
    closure = closure_over(participant, visit=visit, locked_only=locked_only)
    if closure is not None:
        raise Closed(_sentence(closure, participant.number))


def refuse_closed_study() -> None:
    """Refuse to add to a study that is frozen or locked."""
    closure = closure_over(None)
    if closure is not None:
        raise Closed(_sentence(closure, ""))


def last_unlock(participant: Participant) -> datetime | None:
    """When a lock over the participant's record was last opened."""
    rows = Closure.objects.filter(
        Q(scope=Scope.STUDY) | Q(participant=participant), level=Level.LOCKED
    )
    opened = rows.filter(reopened_at__isnull=False).order_by("-reopened_at").first()
    return opened.reopened_at if opened else None


def _sentence(closure: Closure, number: str) -> str:
    sentence = {
        ("frozen", "study"): _("The study is frozen: no data are entered."),
        ("locked", "study"): _("The study is locked: nothing is changed."),
        ("frozen", "participant"): _("%(number)s is frozen: no data are entered."),
        ("locked", "participant"): _("%(number)s is locked: nothing is changed."),
        ("frozen", "visit"): _("This visit of %(number)s is frozen: no data are entered."),
        ("locked", "visit"): _("This visit of %(number)s is locked: nothing is changed."),
    }[closure.level, closure.scope]
    return sentence % {"number": number}
