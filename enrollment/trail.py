"""The audit trail as monitors and data managers read it: narrowed, newest first, page by page.

No query counts or sorts the whole trail: a page begins below the last event of the page before, and
days become event numbers first. Each filter has an index that ends with the event's number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.utils import timezone

from enrollment.models import FormEntry
from studysite.core.access import sites_for
from studysite.core.models import AuditEvent, User
from studysite.core.roles import Action

PAGE_EVENTS = 50
# Up to so many entries, the trail of a form is found entry by entry.
FEW_ENTRIES = 300
ENTRIES = FormEntry._meta.db_table


@dataclass(frozen=True)
class Asked:
    """What the trail is narrowed by."""

    subject: str = ""
    form: str = ""
    item: str = ""
    person: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None

    def words(self) -> str:
        """The filter as it goes on record."""
        given = {name: value for name, value in self.__dict__.items() if value}
        return ", ".join(f"{name}={value}" for name, value in given.items()) or "*"


@dataclass(frozen=True)
class Change:
    """A value that became another. None stands for none."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Line:
    """An event and what it changed."""

    event: AuditEvent
    who: str
    changes: tuple[Change, ...]

    @property
    def revision(self) -> int:
        """Of a form: the revision that the change made."""
        return int(json.loads(self.event.new_row or "{}").get("revision", 0))


def events(user: User, asked: Asked) -> QuerySet[AuditEvent]:
    """The events at a person's sites, and those of no site but what only other sites' people did,
    that fit; newest first."""
    sites = list(sites_for(user, Action.SEE_HISTORY).values_list("code", flat=True))
    rows = AuditEvent.objects.filter(site__in=[*sites, ""]).exclude(op="schema").order_by("-seq")
    if elsewhere := _of_other_sites(sites):
        rows = rows.exclude(site="", actor__in=elsewhere)
    exact = {"subject": asked.subject, "actor": asked.person, "action": asked.action}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if asked.since:
        rows = rows.filter(seq__gte=_first_since(asked.since))
    if asked.until:
        rows = rows.filter(seq__lt=_first_since(asked.until + timedelta(days=1)))
    return _of_form(rows, asked) if asked.form else rows


def _of_other_sites(sites: list[str]) -> list[str]:
    """Who holds roles, and none of them at these sites."""
    holders = User.objects.filter(memberships__isnull=False)
    others = holders.exclude(memberships__site__code__in=sites)
    return sorted(set(others.values_list("username", flat=True)))


def page(rows: QuerySet[AuditEvent], before: int | None) -> tuple[list[AuditEvent], int | None]:
    """A page of events below one, and where the next begins."""
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows[: PAGE_EVENTS + 1])
    following = found[PAGE_EVENTS - 1].seq if len(found) > PAGE_EVENTS else None
    return found[:PAGE_EVENTS], following


def lines(found: list[AuditEvent]) -> list[Line]:
    """Events with the printed names of whoever it was, and with what changed."""
    actors = {event.actor for event in found}
    names = dict(User.objects.filter(username__in=actors).values_list("username", "printed_name"))
    return [Line(e, names.get(e.actor) or e.actor, tuple(changes_of(e))) for e in found]


def value_history(entry: FormEntry, item: str) -> list[Line]:
    """Each change of one answer, newest first."""
    rows = AuditEvent.objects.filter(table=ENTRIES, row_pk=str(entry.pk)).order_by("-seq")
    told = lines(list(_changing(rows, item)))
    return [
        Line(line.event, line.who, tuple(c for c in line.changes if c.name == f"answers.{item}"))
        for line in told
    ]


def changes_of(event: AuditEvent) -> Iterator[Change]:
    """What is not as it was; the answers of a form one by one."""
    old, new = _flat(event.old_row), _flat(event.new_row)
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            yield Change(name, old.get(name), new.get(name))


def _flat(row: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in (json.loads(row) if row else {}).items():
        if isinstance(value, dict):
            found |= {f"{name}.{key}": each for key, each in value.items()}
        else:
            found[name] = value
    return found


def _first_since(day: date) -> int:
    """The number of the first event from a day on; one beyond all when there is none."""
    at = datetime.combine(day, time.min, timezone.get_current_timezone()).astimezone(UTC)
    later = AuditEvent.objects.filter(at__gte=at).order_by("at", "seq")
    found = later.values_list("seq", flat=True).first()
    return 2**62 if found is None else found


def _of_form(rows: QuerySet[AuditEvent], asked: Asked) -> QuerySet[AuditEvent]:
    entries = FormEntry.objects.filter(form=asked.form)
    if asked.subject:
        entries = entries.filter(participant__number=asked.subject)
    few = [str(pk) for pk in entries.values_list("pk", flat=True)[: FEW_ENTRIES + 1]]
    rows = rows.filter(table=ENTRIES)
    if len(few) > FEW_ENTRIES:
        # So many that the newest changes of any form are soon among the form's.
        rows = rows.annotate(entry=Cast("row_pk", BigIntegerField()))
        rows = rows.filter(Exists(entries.filter(pk=OuterRef("entry"))))
    else:
        rows = rows.filter(row_pk__in=few)
    return _changing(rows, asked.item) if asked.item else rows


def _changing(rows: QuerySet[AuditEvent], item: str) -> QuerySet[AuditEvent]:
    """Only those in which one answer is not as it was."""
    if connection.vendor == "sqlite":
        words, place = (
            "json_extract(old_row, %s) IS NOT json_extract(new_row, %s)",
            f'$.answers."{item}"',
        )
        return rows.filter(RawSQL(words, [place, place], output_field=BooleanField()))
    words = "(old_row::jsonb #> %s) IS DISTINCT FROM (new_row::jsonb #> %s)"
    way = ["answers", item]
    return rows.filter(RawSQL(words, [way, way], output_field=BooleanField()))
