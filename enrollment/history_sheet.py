"""A sheet of answers to one form, as CSV: a row a filled form, a column an item. What a sheet holds
is read here; whether it may be so is for the same services to say as on the pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from enrollment.codebook import FORMULA
from enrollment.crfs.definition import Form, Item, ItemType
from studysite.core.errors import Invalid

LARGEST_BYTES = 2 * 2**20
MOST_ROWS = 2000
BETWEEN = "|"
NUMBER, VISIT, REPEAT, VERSION = "participant", "visit", "repeat", "form_version"
PLACE = (NUMBER, VISIT, REPEAT, VERSION)
# What an export of ours has beside the answers; it is not taken in.
PASSED_OVER = frozenset({"site", "state", "revision", "by", "at", "about"})
_TICKS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Problem:
    """What is wrong, where. Rows count as a spreadsheet shows them: the head is row 1."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Line:
    """One row: whose form at which visit, and the answers."""

    row: int
    number: str
    visit: str
    repeat: str
    version: str
    answers: Mapping[str, Any] = field(default_factory=dict)


def read(content: bytes, form: Form) -> tuple[list[Line], list[Problem]]:
    """The rows of a sheet, and what is wrong with the sheet itself. Raises Invalid where it cannot
    be read at all."""
    table = _table(content)
    head = [name.strip() for name in table[0]]
    problems = list(_about_head(head, form))
    lines = []
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            sentence = _("This row has %(count)s cells, the head has %(wanted)s.")
            told = sentence % {"count": len(cells), "wanted": len(head)}
            problems.append(Problem(number, "", told))
            continue
        lines.append(_line(number, dict(zip(head, cells, strict=True)), form))
    return lines, problems + _repeated(lines)


def _table(content: bytes) -> list[list[str]]:
    if len(content) > LARGEST_BYTES:
        raise Invalid(_("The file is larger than 2 MB; take it in in parts."), field="file")
    try:
        table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(_("The file is not CSV in UTF-8."), field="file") from error
    if len(table) < 2:
        raise Invalid(_("The file has no row beside its head."), field="file")
    if len(table) > MOST_ROWS + 1:
        sentence = _("The file has more than %(count)s rows; take it in in parts.")
        raise Invalid(sentence % {"count": MOST_ROWS}, field="file")
    return table


def _about_head(head: Sequence[str], form: Form) -> list[Problem]:
    items = {item.name for item in form.items}
    found = [
        Problem(1, name, _("This form has no such item."))
        for name in head
        if name not in items and name not in PLACE and name not in PASSED_OVER
    ]
    found += [
        Problem(1, name, _("This column is needed."))
        for name in (NUMBER, VISIT)
        if name not in head
    ]
    found += [
        Problem(1, name, _("This column is there more than once."))
        for name in sorted({name for name in head if head.count(name) > 1})
    ]
    return found


def _line(number: int, cells: Mapping[str, str], form: Form) -> Line:
    answers = {
        item.name: value_of(item, cells[item.name])
        for item in form.items
        if cells.get(item.name, "").strip() and not item.computed
    }
    place = [cells.get(name, "").strip() for name in PLACE]
    return Line(number, place[0], place[1], place[2] or "1", place[3], answers)


def value_of(item: Item, cell: str) -> Any:
    """A cell as the answer it stands for; as it is, where it is none of the item's kind: the
    definition's own checks say so."""
    text = _armed(cell.strip())
    if item.type is ItemType.CODES:
        return [part.strip() for part in text.split(BETWEEN)]
    if item.type is ItemType.BOOLEAN:
        return _TICKS.get(text.lower(), text)
    try:
        if item.type is ItemType.INTEGER:
            return int(text)
        if item.type is ItemType.DECIMAL:
            return float(text)
    except ValueError:
        return text
    if item.type is ItemType.DATETIME:
        return text.replace(" ", "T")
    return text


def _armed(text: str) -> str:
    """Without the apostrophe with which an export defuses."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def _repeated(lines: Sequence[Line]) -> list[Problem]:
    first: dict[tuple[str, str, str], int] = {}
    found = []
    for line in lines:
        place = (line.number, line.visit, line.repeat)
        if place in first:
            sentence = _("The same form of the same participant stands in row %(row)s.")
            found.append(Problem(line.row, NUMBER, sentence % {"row": first[place]}))
        first.setdefault(place, line.row)
    return found
