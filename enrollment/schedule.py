"""When visits and their forms are due. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from enrollment.protocol.definition import Protocol, VisitPlan


@dataclass(frozen=True)
class Window:
    """The day a visit is due and the days around it that still count."""

    due_on: date
    opens_on: date
    closes_on: date


class Timeliness(StrEnum):
    """How a visit stands to its window."""

    DONE = "done"
    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"


def timeliness(opens_on: date, closes_on: date, today: date, *, done: bool) -> Timeliness:
    """How a visit stands today; both ends of the window belong to it."""
    if done:
        return Timeliness.DONE
    if today < opens_on:
        return Timeliness.UPCOMING
    return Timeliness.DUE if today <= closes_on else Timeliness.OVERDUE


def window(plan: VisitPlan, screened_on: date, enrolled_on: date | None) -> Window | None:
    """A visit's window; None while its start is not known, or where it is unscheduled."""
    if plan.unscheduled:
        return None
    if plan.after_enrolment_days is None:
        return Window(screened_on, screened_on, screened_on)
    if enrolled_on is None:
        return None
    due = enrolled_on + timedelta(days=plan.after_enrolment_days)
    spread = timedelta(days=plan.window_days)
    return Window(due, max(due - spread, enrolled_on), due + spread)


def visits_of_form(protocol: Protocol, form: str) -> list[str]:
    """The visits at which a form is filled in."""
    return [visit.key for visit in protocol.visits if form in visit.forms]
