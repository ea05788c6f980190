"""Dates known to the year, the month or the day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PartialDate:
    """Every day that a date as written could be: from `earliest` to `latest`, both included."""

    earliest: date
    latest: date

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """From `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. Raises ValueError for anything else."""
        parts = text.strip().split("-")
        if len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError("A date is written YYYY, YYYY-MM or YYYY-MM-DD.")
        if [len(part) for part in parts] != [4, 2, 2][: len(parts)]:
            raise ValueError("A date is written YYYY, YYYY-MM or YYYY-MM-DD.")
        year, *rest = (int(part) for part in parts)
        if not rest:
            return cls(date(year, 1, 1), date(year, 12, 31))
        if len(rest) == 1:
            last = calendar.monthrange(year, rest[0])[1] if 1 <= rest[0] <= 12 else 0
            return cls(date(year, rest[0], 1), date(year, rest[0], last))
        day = date(year, rest[0], rest[1])
        return cls(day, day)


def whole_years(start: date, end: date) -> int:
    """Completed years from one day to another; born on 29 February counts from 1 March."""
    before = (end.month, end.day) < (start.month, start.day)
    return end.year - start.year - int(before)
