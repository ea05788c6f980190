"""When a visit is due."""

from __future__ import annotations

from datetime import date

import pytest

from enrollment.protocol.loader import load
from enrollment.schedule import Timeliness, timeliness, visits_of_form, window

PROTOCOL = load("nct04645277")
SCREENED, ENROLLED = date(2024, 1, 1), date(2024, 1, 10)


def test_the_screening_visit_is_the_day_of_screening() -> None:
    plan = window(PROTOCOL.visit("screening"), SCREENED, None)
    assert plan is not None
    assert {plan.due_on, plan.opens_on, plan.closes_on} == {SCREENED}


@pytest.mark.parametrize(
    ("visit", "opens", "due", "closes"),
    [
        ("baseline", date(2024, 1, 10), date(2024, 1, 17), date(2024, 1, 24)),
        ("surgery", date(2024, 1, 10), date(2024, 2, 9), date(2024, 3, 10)),
        ("month_3", date(2024, 4, 18), date(2024, 5, 9), date(2024, 5, 30)),
    ],
)
def test_a_window_lies_around_its_day_and_never_before_enrolment(
    visit: str, opens: date, due: date, closes: date
) -> None:
    plan = window(PROTOCOL.visit(visit), SCREENED, ENROLLED)
    assert plan is not None
    assert (plan.opens_on, plan.due_on, plan.closes_on) == (opens, due, closes)


def test_the_later_visits_wait_for_enrolment() -> None:
    assert window(PROTOCOL.visit("month_12"), SCREENED, None) is None


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2024, 1, 9), Timeliness.UPCOMING),
        (date(2024, 1, 10), Timeliness.DUE),
        (date(2024, 1, 24), Timeliness.DUE),
        (date(2024, 1, 25), Timeliness.OVERDUE),
    ],
)
def test_both_ends_belong_to_the_window(today: date, expected: Timeliness) -> None:
    opens, closes = date(2024, 1, 10), date(2024, 1, 24)
    assert timeliness(opens, closes, today, done=False) is expected
    assert timeliness(opens, closes, today, done=True) is Timeliness.DONE


def test_severity_is_asked_at_every_visit_after_enrolment_but_surgery() -> None:
    visits = ["baseline", "discharge", "month_3", "month_12", "unscheduled"]
    assert visits_of_form(PROTOCOL, "severity") == visits
