"""When visits and their forms are due. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from enrollment.protocol.definition import Protocol, VisitPlan

NEVER_DAYS = 36_500


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
    MISSING = "missing"
    NOT_DONE = "not_done"


def timeliness(
    opens_on: date,
    closes_on: date,
    today: date,
    *,
    done: bool,
    not_done: bool = False,
    missing_after_days: int = NEVER_DAYS,
) -> Timeliness:
    """How a visit stands today; both ends of the window belong to it. So many days after it, what
    lacks is missing and no longer only late."""
    if done:
        return Timeliness.DONE
    if not_done:
        return Timeliness.NOT_DONE
    if today > closes_on + timedelta(days=missing_after_days):
        return Timeliness.MISSING
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
