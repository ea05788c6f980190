"""The life of a query: every sequence of acts, against a second telling of the rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.query_life import BUCKETS, QueryAct, QueryState, after, bucket_of, days_open
from studysite.core.errors import OutOfOrder

MOVES = [QueryAct.ANSWERED, QueryAct.CLOSED, QueryAct.REOPENED]


def told_again(state: str, act: str) -> str | None:
    """The rules once more: what is closed can only be asked again; what waits can be answered; what
    is not closed can be closed; only what is answered or closed can be asked again."""
    waits = state in {"open", "reopened"}
    if act == "answered":
        return "answered" if waits else None
    if act == "closed":
        return None if state == "closed" else "closed"
    return None if waits else "reopened"


@given(st.lists(st.sampled_from(MOVES), max_size=30))
def test_any_sequence_of_acts_goes_as_the_rules_say(acts: list[QueryAct]) -> None:
    state = QueryState.OPEN
    for act in acts:
        expected = told_again(state.value, act.value)
        if expected is None:
            with pytest.raises(OutOfOrder):
                after(state, act)
        else:
            state = after(state, act)
            assert state.value == expected


@given(st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_every_age_falls_into_exactly_one_span(age: timedelta) -> None:
    opened = datetime(2026, 1, 5, tzinfo=UTC)
    days = days_open(opened, opened + age)
    assert days == age.days
    holding = [
        each
        for each in BUCKETS
        if each.since <= days and (each.until is None or days <= each.until)
    ]
    assert holding == [bucket_of(days)]


def test_a_clock_that_went_back_makes_no_age_below_nothing() -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    assert days_open(now + timedelta(hours=3), now) == 0
