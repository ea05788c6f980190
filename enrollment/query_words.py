"""A query in words: what was asked and said, in the reader's language where the system said it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from enrollment.answers import show
from enrollment.crfs.checking import sentence_of
from enrollment.crfs.registry import FORMS
from enrollment.models import Query, QueryMessage
from enrollment.places import PlaceKind
from enrollment.query_life import QueryAct
from studysite.core.said import say


@dataclass(frozen=True)
class Said:
    """One message: who said what when, and what it did."""

    act: str
    label: str
    text: str
    by: str
    at: datetime


def words_of(query: Query) -> list[Said]:
    """Everything that was said in a query, oldest first."""
    return [_said(query, row) for row in query.messages.select_related("by")]


def _said(query: Query, row: QueryMessage) -> Said:
    by = str(row.by) if row.by else _("System")
    return Said(row.act, row.get_act_display(), row.text or _by_itself(query, row), by, row.at)


def _by_itself(query: Query, row: QueryMessage) -> str:
    """What the system says where no person said anything."""
    if row.by is not None:
        return ""
    return {
        QueryAct.OPENED.value: question_of(query),
        QueryAct.REOPENED.value: _("The answer was changed, and the check does not pass."),
        QueryAct.CLOSED.value: _("The check passes now, so the query closed itself."),
    }.get(row.act, "")


def with_question(rows: QuerySet[Query]) -> QuerySet[Query]:
    """The same queries, each with what it began with, for `asked_in`."""
    first = QueryMessage.objects.filter(query=OuterRef("pk"), number=1).values("text")
    return rows.annotate(first_text=Subquery(first))


def asked_in(query: Query) -> str:
    """What a query that came of `with_question` asks, whoever asked: a person or a check."""
    first: str = query.first_text  # type: ignore[attr-defined]
    return first or question_of(query)


def question_of(query: Query) -> str:
    """What a check asks about: an unlikely answer, or a series' departure from the protocol."""
    if query.form not in FORMS:
        return say(str(query.parameters.get("sentence", query.check_code)))
    return sentence_of(FORMS[query.form], query.check_code, query.parameters)


def value_now(query: Query) -> str | None:
    """The answer that a query is about, as it is now; None where it is about none."""
    if query.kind != PlaceKind.ITEM or query.form not in FORMS:
        return None
    items = {item.name: item for item in FORMS[query.form].items}
    rows = query.participant.entries.filter(visit=query.visit, form=query.form)
    entry = rows.filter(repeat=query.repeat).first()
    if entry is None or query.name not in items:
        return ""
    item = items[query.name]
    text = show(item, entry.answers.get(query.name))
    return f"{text} {item.unit}".strip() if text else ""
