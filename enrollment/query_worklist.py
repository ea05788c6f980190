"""The queries that are mine to answer or to close, as items of work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment.models import Query
from enrollment.query_life import BUCKETS
from enrollment.query_listing import to_answer, to_close
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.worklist import WorkItem

# What is older than this is late.
LATE_AFTER_DAYS = BUCKETS[1].until or 0
SHOWN = 50


def items(user: User) -> list[WorkItem]:
    """A person's queries, the oldest first. A longer list is on the page of queries."""
    return [
        *_work(to_answer(user), _("Answer a query"), Action.ANSWER_QUERY),
        *_work(to_close(user), _("Look at an answer to a query"), Action.CLOSE_QUERY),
    ]


def _work(rows: QuerySet[Query], title: str, action: Action) -> Iterator[WorkItem]:
    oldest: Iterable[Query] = rows.select_related("participant").order_by("opened_at")[:SHOWN]
    for row in oldest:
        days = row.age
        age = ngettext("open for %(days)d day", "open for %(days)d days", days) % {"days": days}
        yield WorkItem(
            title=title,
            detail=f"{row.place.label} · {age}",
            url=reverse("queries:query", args=[row.pk]),
            subject=row.participant.number,
            since=row.opened_at,
            action=action,
            overdue=days > LATE_AFTER_DAYS,
        )
