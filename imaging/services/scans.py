"""Scans looked at: what is expected of whom, and what came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from enrollment.models import (
    ExpectedScan,
    Participant,
    Query,
    QueryMessage,
    ScanState,
    Visit,
)
from enrollment.protocol.definition import ScanPlan
from enrollment.protocol.loader import current
from enrollment.services.query_findings import asked_about_series
from imaging.models import Intake, IntakeState, Measurement, Series
from studysite.core.access import scoped
from studysite.core.models import User
from studysite.core.roles import Action

LEFT = ("screen_failed", "withdrawn", "lost")
NOT_COME = (ScanState.EXPECTED, ScanState.REPEAT_ASKED)


@dataclass(frozen=True)
class Cell:
    """One expected scan on the board: its state, the newest series that came for it, whether it is
    overdue. `scan` is None where the protocol expects none of this participant."""

    plan: ScanPlan
    scan: ExpectedScan | None
    series: Series | None
    overdue: bool


@dataclass(frozen=True)
class BoardRow:
    """One participant's line of the board."""

    participant: Participant
    due_on: date | None
    cells: tuple[Cell, ...]


def participants_with_scans(*, by: User, number: str, state: str) -> QuerySet[Participant]:
    """Participants of the person's sites of whom scans are expected, narrowed by a part of the
    subject number and by a state that one of the scans is in. Those who left are not among them."""
    expected = ExpectedScan.objects.all()
    if state:
        expected = expected.filter(state=state)
    rows = scoped(Participant.objects.all(), by, Action.SEE_SCANS)
    rows = rows.exclude(state__in=LEFT)
    if number:
        rows = rows.filter(number__icontains=number)
    expected = expected.filter(visit__participant=OuterRef("pk"))
    return rows.filter(Exists(expected)).order_by("number")


def board_rows(participants: Iterable[Participant], today: date) -> list[BoardRow]:
    """The board's lines for some participants."""
    people = list(participants)
    scans: dict[tuple[int, str], ExpectedScan] = {}
    rows = ExpectedScan.objects.filter(visit__participant__in=people).select_related("visit")
    for scan in rows.prefetch_related(Prefetch("series", Series.objects.order_by("-at"))):
        scans[scan.visit.participant_id, scan.sequence] = scan
    return [_line(person, scans, today) for person in people]


def _line(person: Participant, scans: dict[tuple[int, str], ExpectedScan], today: date) -> BoardRow:
    cells = tuple(_cell(plan, scans.get((person.pk, plan.key)), today) for plan in current().scans)
    open_visits = [cell.scan.visit for cell in cells if cell.scan and _not_come(cell.scan)]
    due_on = min((visit.due_on for visit in open_visits), default=None)
    return BoardRow(person, due_on, cells)


def _cell(plan: ScanPlan, scan: ExpectedScan | None, today: date) -> Cell:
    series = next(iter(scan.series.all()), None) if scan else None
    return Cell(plan, scan, series, bool(scan and is_overdue(scan, today)))


def _not_come(scan: ExpectedScan) -> bool:
    return scan.required and scan.state in NOT_COME


def is_overdue(scan: ExpectedScan, today: date) -> bool:
    """Whether a required scan has not come though its visit's window has closed."""
    return _not_come(scan) and scan.visit.closes_on < today


def visits_that_wait(*, by: User, action: Action, today: date) -> QuerySet[Visit]:
    """Visits whose window has opened and that lack a required scan, the oldest first. `waiting` of
    each are the scans that have not come."""
    not_come = ExpectedScan.objects.filter(required=True, state__in=NOT_COME)
    in_study = scoped(Participant.objects.exclude(state__in=LEFT), by, action)
    rows = Visit.objects.filter(
        Exists(not_come.filter(visit=OuterRef("pk"))),
        Exists(in_study.filter(pk=OuterRef("participant"))),
        complete=False,
        opens_on__lte=today,
    )
    waiting = Prefetch("scans", not_come.order_by("pk"), to_attr="waiting")
    return rows.order_by("due_on", "pk").select_related("participant").prefetch_related(waiting)


def series_of(participant: Participant) -> QuerySet[Series]:
    """A participant's series, newest first, each with its checks and its measurements."""
    newest = Measurement.objects.select_related("job").order_by("-version")
    return (
        Series.objects.filter(participant=participant)
        .prefetch_related("checks__by", Prefetch("measurements", newest))
        .order_by("-at")
    )


@dataclass(frozen=True)
class Departure:
    """Where a series departs from the imaging protocol, and the query that asks about it. Once that
    is closed by a person the departure is waived, for the reason given there."""

    sentence: str
    query: Query | None
    waived: QueryMessage | None


def deviations_of(series: Series) -> list[Departure]:
    """A series' departures from the imaging protocol."""
    asked = asked_about_series(series.participant, str(series.pk))
    return [_departure(each["sentence"], asked.get(each["code"])) for each in series.deviations]


def _departure(sentence: str, query: Query | None) -> Departure:
    said = list(query.messages.all()) if query and query.is_closed else []
    told = [message for message in said if message.text]
    return Departure(sentence, query, told[-1] if told else None)


def expected_of(participant: Participant) -> list[ExpectedScan]:
    """The scans expected of a participant, in the order of the visits."""
    rows = ExpectedScan.objects.filter(visit__participant=participant).select_related("visit")
    return list(rows.order_by("visit__due_on", "pk"))


def arrivals_under_way(participant: Participant) -> QuerySet[Intake]:
    """Arrivals said to be this participant's whose work is not done."""
    return Intake.objects.filter(participant=participant, state=IntakeState.WAITING).select_related(
        "job"
    )


def visit_label(visit: Visit) -> str:
    """The visit's name in the reader's language."""
    return current().visit(visit.key).label
