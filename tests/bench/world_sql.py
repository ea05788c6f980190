"""What the copying of a study says differently to the two engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return f'"{name}"'


@dataclass(frozen=True)
class Dialect:
    """Expressions of one engine."""

    vendor: str

    @property
    def sqlite(self) -> bool:
        """Whether it is SQLite."""
        return self.vendor == "sqlite"

    def series(self, first: int, last: int) -> str:
        """`series`, whose `k` runs over whole numbers."""
        return (
            f"WITH RECURSIVE series(k) AS (SELECT {first} UNION ALL SELECT k + 1 FROM series "
            f"WHERE k < {last})"
        )

    def number(self, value: str, more: str) -> str:
        """The subject number so many further on; anything else as it is."""
        count = f"CAST(substr({value}, 4) AS INTEGER) + {more}"
        digits = f"printf('%03d', {count})"
        if not self.sqlite:
            digits = f"lpad(({count})::text, greatest(3, length(({count})::text)), '0')"
        further = f"substr({value}, 1, 3) || {digits}"
        return f"CASE WHEN {value} LIKE '__-___' THEN {further} ELSE {value} END"

    def uuid(self, value: str, k: str) -> str:
        """Another identifier, the same for the same two."""
        if self.sqlite:
            return f"(printf('%08x', {k}) || substr({value}, 9))"
        return f"(lpad(to_hex({k}), 8, '0') || substr(replace({value}::text, '-', ''), 9))::uuid"

    def earlier(self, day: str, days: str) -> str:
        """A day so many days before."""
        return f"date({day}, '-' || {days} || ' days')" if self.sqlite else f"{day} - {days}"

    def moment(self, start: float, step: float) -> Callable[[str], str]:
        """From an event's number to its moment, in seconds from a start by a step."""

        def at(seq: str) -> str:
            seconds = f"{start!r} + ({seq}) * {step!r}"
            if self.sqlite:
                return f"strftime('%Y-%m-%d %H:%M:%f', {seconds}, 'unixepoch') || '000'"
            return f"to_timestamp({seconds})"

        return at

    def indexes(self, table: str) -> list[tuple[str, str]]:
        """A table's indexes that no constraint needs, and the statements that make them."""
        asked = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s "
            "AND sql IS NOT NULL"
        )
        if not self.sqlite:
            asked = (
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s "
                "AND indexdef NOT LIKE 'CREATE UNIQUE%%'"
            )
        with connection.cursor() as cursor:
            cursor.execute(asked, [table])
            return list(cursor.fetchall())
