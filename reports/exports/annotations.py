"""Queries with everything that was said in them, by what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation

from enrollment.models import Participant, Query
from enrollment.query_life import Origin
from enrollment.query_words import question_of
from reports.exports.columns import moment
from reports.exports.scope import Scope


@dataclass(frozen=True)
class Message:
    """One thing that was said in a query."""

    act: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Note:
    """A query. Without a visit it is about the participant."""

    query: int
    visit: str
    form: str
    repeat: str
    item: str
    state: str
    automatic: bool
    side: str
    question: str
    opened_at: datetime
    messages: tuple[Message, ...]

    @property
    def text(self) -> str:
        """All of it, a line for each message."""
        lines = [
            f"{moment(each.at)} {each.by or 'system'} {each.act}: {each.text or self.question}"
            if each.text or each.act == "opened"
            else f"{moment(each.at)} {each.by or 'system'} {each.act}"
            for each in self.messages
        ]
        return "\n".join(lines) or self.question

    @property
    def last_at(self) -> datetime:
        """When something was said last."""
        return self.messages[-1].at if self.messages else self.opened_at


def notes_of(chunk: Sequence[Participant], scope: Scope) -> dict[str, list[Note]]:
    """The queries of some participants by number, the oldest first."""
    if not scope.shows("clinical"):
        return {}
    rows = Query.objects.filter(participant__in=chunk)
    rows = rows.exclude(participant__withdrawal__data_may_stay=False)
    rows = rows.select_related("participant").prefetch_related("messages__by").order_by("pk")
    found: dict[str, list[Note]] = {}
    with translation.override("en"):
        for row in rows:
            found.setdefault(row.participant.number, []).append(_note(row))
    return found


def _note(row: Query) -> Note:
    automatic = row.origin == Origin.AUTOMATIC
    return Note(
        query=row.pk,
        visit=row.visit,
        form=row.form,
        repeat=str(row.repeat),
        item=row.name,
        state=row.state,
        automatic=automatic,
        side=row.side,
        question=question_of(row) if automatic else "",
        opened_at=row.opened_at,
        messages=tuple(
            Message(each.act, each.text, each.by.username if each.by else "", each.at)
            for each in sorted(row.messages.all(), key=lambda one: one.number)
        ),
    )
