"""Dates moved by whole days, so that gaps within a participant stay exact (PS3.15 E.3.6)."""

from __future__ import annotations

import re
from datetime import date, timedelta

DATE = re.compile(r"(\d{4})[.]?(\d{2})[.]?(\d{2})")
TIME = re.compile(r"(\d{2}(:?\d{2}){0,2}(\.\d{1,6})?)?")
DATE_TIME = re.compile(r"(\d{8})(\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?([+-]\d{4})?")


def shift_date(value: str, days: int) -> str:
    """A DA value moved by `days`; "" for one that is no whole date (it cannot be moved)."""
    found = DATE.fullmatch(value.strip(" \0"))
    if not found:
        return ""
    try:
        moved = date(*(int(part) for part in found.groups())) + timedelta(days=days)
    except (ValueError, OverflowError):
        return ""
    return moved.strftime("%Y%m%d").rjust(8, "0")


def shift_date_time(value: str, days: int) -> str:
    """A DT value with its date moved, its time and zone kept; "" for one without a whole date."""
    found = DATE_TIME.fullmatch(value.strip(" \0"))
    moved = shift_date(found.group(1), days) if found else ""
    if not found or not moved:
        return ""
    return moved + (found.group(2) or "") + (found.group(3) or "")


def plain_time(value: str) -> str:
    """A TM value as it stands; "" for anything else that hides there."""
    text = value.strip(" \0")
    return text if TIME.fullmatch(text) else ""
