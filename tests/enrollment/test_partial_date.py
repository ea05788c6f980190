"""Dates known to the year, the month or the day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.partial_date import PartialDate, whole_years


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2021-02", date(2021, 2, 1), date(2021, 2, 28)),
        (" 2020-12-31 ", date(2020, 12, 31), date(2020, 12, 31)),
    ],
)
def test_a_partial_date_is_every_day_it_could_be(text: str, earliest: date, latest: date) -> None:
    assert PartialDate.parse(text) == PartialDate(earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20",
        "2020-2",
        "2020-13",
        "2020-00",
        "2021-02-29",
        "2020-02-30",
        "0000",
        "2020/02/01",
        "2020-02-01-01",
        "２０２０",
        "-2020",
        "2020-",
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        PartialDate.parse(text)


@given(st.dates())
def test_a_full_date_is_itself(day: date) -> None:
    assert PartialDate.parse(day.isoformat()) == PartialDate(day, day)


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2000, 5, 17), date(2020, 5, 16), 19),
        (date(2000, 5, 17), date(2020, 5, 17), 20),
        (date(2000, 2, 29), date(2021, 2, 28), 20),
        (date(2000, 2, 29), date(2021, 3, 1), 21),
        (date(2000, 1, 1), date(2000, 1, 1), 0),
    ],
)
def test_a_year_is_whole_on_its_day(start: date, end: date, years: int) -> None:
    assert whole_years(start, end) == years
