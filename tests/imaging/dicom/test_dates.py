"""Dates move by whole days, or go when they cannot."""

from __future__ import annotations

import pytest

from imaging.dicom.dates import plain_time, shift_date, shift_date_time


@pytest.mark.parametrize(
    ("value", "days", "moved"),
    [
        ("20240301", -1, "20240229"),
        ("20231231", 1, "20240101"),
        ("2024.03.01", -60, "20240101"),
        ("20240301 ", 0, "20240301"),
        ("202403", 5, ""),
        ("20241332", 5, ""),
        ("Wang", 5, ""),
        ("00010101", -1, ""),
    ],
)
def test_a_date_moves_by_days(value, days, moved):
    assert shift_date(value, days) == moved


@pytest.mark.parametrize(
    ("value", "moved"),
    [
        ("20240301123456.789+0800", "20240302123456.789+0800"),
        ("20240301", "20240302"),
        ("2024", ""),
        ("20240301 Wang", ""),
    ],
)
def test_a_date_time_keeps_its_time(value, moved):
    assert shift_date_time(value, 1) == moved


def test_a_time_is_kept_and_text_is_not():
    assert plain_time("101500.123456") == "101500.123456"
    assert plain_time("Wang") == ""
