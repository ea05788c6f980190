"""The records behind a number of a report: each with its participant, what it is, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from enrollment.form_page import form_url
from enrollment.places import form_label, visit_label
from reports.catalog.sheet import Cell


@dataclass(frozen=True)
class Record:
    """One record that a number counts."""

    participant: str
    what: str
    url: str


def counted(count: int, key: str, cell: str) -> Cell:
    """A number of the report of that key, leading to its records; nothing leads nowhere."""
    if not count:
        return Cell("0")
    address = reverse(f"sheets:{key}_records")
    return Cell(str(count), f"{address}?{urlencode({'cell': cell})}")


def of_person(number: str, what: str = "") -> Record:
    """A participant."""
    return Record(number, what, reverse("enrollment:participant", args=[number]))


def of_forms(rows: Sequence[tuple[str, str, str, int]]) -> list[Record]:
    """Forms: number, visit, form, repeat."""
    return [
        Record(number, f"{form_label(form)}, {visit_label(visit)}",
               form_url(number, visit, form, repeat))
        for number, visit, form, repeat in rows
    ]  # fmt: skip
