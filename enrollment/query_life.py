"""The life of a query: its states and the only ways between them. Nothing deletes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from studysite.core.errors import OutOfOrder


class QueryState(TextChoices):
    """Where a query is."""

    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")


class QueryAct(TextChoices):
    """What a message of a query did."""

    OPENED = "opened", _("Opened")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")
    ASSIGNED = "assigned", _("Assigned")


class Origin(TextChoices):
    """Where a query came from."""

    MANUAL = "manual", _("By a person")
    AUTOMATIC = "automatic", _("By a check")


WAITING_FOR_ANSWER = frozenset({QueryState.OPEN, QueryState.REOPENED})
NOT_CLOSED = WAITING_FOR_ANSWER | {QueryState.ANSWERED}

# act -> the states it may come from, and the state it leads to.
WAYS: dict[QueryAct, tuple[frozenset[QueryState], QueryState]] = {
    QueryAct.ANSWERED: (WAITING_FOR_ANSWER, QueryState.ANSWERED),
    QueryAct.CLOSED: (NOT_CLOSED, QueryState.CLOSED),
    QueryAct.REOPENED: (
        frozenset({QueryState.ANSWERED, QueryState.CLOSED}),
        QueryState.REOPENED,
    ),
}
_REFUSALS: dict[QueryState, Promise] = {
    QueryState.OPEN: _("This query is open: it waits for an answer."),
    QueryState.ANSWERED: _("This query is answered already."),
    QueryState.CLOSED: _("This query is closed."),
    QueryState.REOPENED: _("This query was reopened: it waits for an answer."),
}


def after(state: QueryState, act: QueryAct) -> QueryState:
    """The state that an act leads to. Raises OutOfOrder where it does not go from here."""
    sources, there = WAYS[act]
    if state not in sources:
        raise OutOfOrder(str(_REFUSALS[state]))
    return there


@dataclass(frozen=True)
class Bucket:
    """A span of ages, in whole days; `until` belongs to it and is None for the last."""

    key: str
    label: Promise
    since: int
    until: int | None


BUCKETS = (
    Bucket("week", _("Up to 7 days"), 0, 7),
    Bucket("fortnight", _("8 to 14 days"), 8, 14),
    Bucket("month", _("15 to 30 days"), 15, 30),
    Bucket("older", _("Over 30 days"), 31, None),
)


def days_open(opened_at: datetime, until: datetime) -> int:
    """Whole days between; a query is a week old until its eighth day begins."""
    return max((until - opened_at) // timedelta(days=1), 0)


def bucket_of(days: int) -> Bucket:
    """The span of ages that so many days fall into."""
    return next(each for each in BUCKETS if each.until is None or days <= each.until)
