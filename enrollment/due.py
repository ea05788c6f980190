"""Visits of all participants: what is due, overdue, missing or soon, and the month they lie in."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Prefetch, Q, QuerySet, Window, prefetch_related_objects
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.journey import ENDED
from enrollment.models import ExpectedScan, FormEntry, ScanState, Visit
from enrollment.models.forms import EntryState
from enrollment.overview import word_for
from enrollment.protocol.definition import VisitPlan
from enrollment.protocol.loader import current
from enrollment.schedule import Timeliness, timeliness
from studysite.core.access import scoped
from studysite.core.models import Site, User
from studysite.core.roles import Action

SOON_DAYS = 14
A_DAY = 5
KINDS: dict[str, str | Promise] = {
    "waiting": _("Everything that waits"),
    "missing": _("Missing"),
    "overdue": _("Overdue"),
    "due": _("Due"),
    "soon": _("Due soon"),
}


@dataclass(frozen=True)
class Standing:
    """A visit of a participant, and how it stands to its window."""

    visit: Visit
    plan: VisitPlan
    timeliness: Timeliness

    @property
    def label(self) -> str:
        """How it stands to its window, in the reader's language."""
        return word_for(self.timeliness)


@dataclass(frozen=True)
class Line(Standing):
    """A visit with how much of it is there."""

    submitted: int
    forms: int
    awaited_scans: int


@dataclass(frozen=True)
class Day:
    """A day of the month with the first of its visits and how many there are."""

    on: date
    lines: list[Standing]
    count: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.lines)


def visits(user: User, site: Site | None = None) -> QuerySet[Visit]:
    """The visits at the person's sites."""
    rows = scoped(Visit.objects.all(), user, Action.SEE_PARTICIPANTS, "participant__site")
    rows = rows.select_related("participant")
    return rows.filter(participant__site=site) if site else rows


def waiting(rows: QuerySet[Visit], kind: str, today: date) -> QuerySet[Visit]:
    """The visits of a kind that still wait for something, the longest waiting first."""
    late = today - timedelta(days=current().missing_after_days)
    soon = today + timedelta(days=SOON_DAYS)
    kinds = {
        "missing": Q(closes_on__lt=late),
        "overdue": Q(closes_on__lt=today, closes_on__gte=late),
        "due": Q(opens_on__lte=today, closes_on__gte=today),
        "soon": Q(opens_on__gt=today, opens_on__lte=soon),
        "waiting": Q(opens_on__lte=soon),
    }
    still = rows.filter(complete=False, not_done_reason="").exclude(participant__state__in=ENDED)
    return still.filter(kinds[kind]).order_by("closes_on", "pk")


def lines(rows: Iterable[Visit], today: date) -> list[Line]:
    """The visits as a page shows them; one query for all their forms and one for their scans."""
    shown = list(rows)
    prefetch_related_objects(shown, *_beside())
    return [_line(visit, today) for visit in shown]


def _beside() -> tuple[Prefetch, Prefetch]:
    submitted = FormEntry.objects.filter(state=EntryState.SUBMITTED).only(
        "participant", "visit", "form"
    )
    awaited = ExpectedScan.objects.filter(
        required=True, state__in=[ScanState.EXPECTED, ScanState.REPEAT_ASKED]
    )
    return (
        Prefetch("participant__entries", submitted, to_attr="submitted_entries"),
        Prefetch("scans", awaited, to_attr="awaited_scans"),
    )


def _line(visit: Visit, today: date) -> Line:
    plan = current().visit(visit.key)
    entries = visit.participant.submitted_entries  # type: ignore[attr-defined]
    there = {entry.form for entry in entries if entry.visit == visit.key}
    awaited = len(visit.awaited_scans)  # type: ignore[attr-defined]
    when = _timeliness(visit, today)
    return Line(visit, plan, when, len(there & set(plan.forms)), len(plan.forms), awaited)


def _timeliness(visit: Visit, today: date) -> Timeliness:
    return timeliness(
        visit.opens_on,
        visit.closes_on,
        today,
        done=visit.complete,
        not_done=bool(visit.not_done_reason),
        missing_after_days=current().missing_after_days,
    )


def month(rows: QuerySet[Visit], first: date, today: date) -> list[list[Day]]:
    """The weeks of a month, Monday first. Two queries, however many participants there are."""
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    shown = rows.filter(due_on__range=(weeks[0][0], weeks[-1][-1]))
    shown = shown.exclude(Q(participant__state__in=ENDED) & Q(complete=False))
    counts = dict(shown.order_by().values_list("due_on").annotate(n=Count("pk")))
    place = Window(RowNumber(), partition_by=F("due_on"), order_by=["complete", "pk"])
    some = shown.annotate(place=place).filter(place__lte=A_DAY).order_by("due_on", "place")
    by_day: dict[date, list[Standing]] = defaultdict(list)
    for visit in some:
        plan = current().visit(visit.key)
        by_day[visit.due_on].append(Standing(visit, plan, _timeliness(visit, today)))
    return [[Day(on, by_day[on], counts.get(on, 0)) for on in week] for week in weeks]
