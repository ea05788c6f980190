"""A sheet is read as its form's items are answered; what is wrong with the sheet itself is told."""

from __future__ import annotations

import pytest

from enrollment.crfs.definition import Code, Form, Item, ItemType
from enrollment.history_sheet import Problem, read
from studysite.core.errors import Invalid

CODES = (Code("a", "A", "甲"), Code("b", "B", "乙"))
FORM = Form(
    "drawn", "1.0", "Drawn", "示例",
    (
        Item("one", "One", "一", ItemType.CODE, codes=CODES),
        Item("many", "Many", "多", ItemType.CODES, codes=CODES),
        Item("whole", "Whole", "整", ItemType.INTEGER),
        Item("part", "Part", "分", ItemType.DECIMAL),
        Item("tick", "Tick", "勾", ItemType.BOOLEAN),
        Item("moment", "Moment", "时", ItemType.DATETIME),
        Item("note", "Note", "注", ItemType.TEXT),
        Item("sum", "Sum", "和", ItemType.INTEGER, formula=("count", ("item", "one"))),
    ),
)  # fmt: skip
HEAD = "participant,visit,repeat,form_version,one,many,whole,part,tick,moment,note,sum"


def sheet(*rows: str, head: str = HEAD) -> bytes:
    return "\ufeff".encode() + "\r\n".join([head, *rows]).encode()


def test_each_kind_is_read_and_what_is_computed_is_left() -> None:
    row = "XA-001,baseline,,1.0,a,a|b,7,1.5,yes,2026-01-02 03:04,'=1+1,9"
    (line,), problems = read(sheet(row), FORM)
    assert problems == []
    assert (line.row, line.number, line.visit, line.repeat, line.version) == (
        2, "XA-001", "baseline", "1", "1.0",
    )  # fmt: skip
    assert line.answers == {
        "one": "a", "many": ["a", "b"], "whole": 7, "part": 1.5, "tick": True,
        "moment": "2026-01-02T03:04", "note": "=1+1",
    }  # fmt: skip


def test_what_is_not_of_its_kind_stays_for_the_checks_to_refuse() -> None:
    (line,), _problems = read(sheet("XA-001,baseline,,,c,,seven,x,perhaps,,,"), FORM)
    assert line.answers == {"one": "c", "whole": "seven", "part": "x", "tick": "perhaps"}


def test_rows_are_counted_as_a_spreadsheet_shows_them_and_empty_ones_are_passed_over() -> None:
    lines, problems = read(sheet("XA-001,baseline" + "," * 10, "," * 11, "XA-001,base"), FORM)
    assert [line.row for line in lines] == [2]
    assert problems == [Problem(4, "", "This row has 2 cells, the head has 12.")]


def test_a_row_that_stands_twice_names_the_first() -> None:
    row = "XA-001,baseline" + "," * 10
    _lines, problems = read(sheet(row, row), FORM)
    assert problems == [
        Problem(3, "participant", "The same form of the same participant stands in row 2.")
    ]


def test_columns_that_are_unknown_lacking_or_double_are_told() -> None:
    _lines, problems = read(sheet("1,2,3", head="participant,one,one"), FORM)
    assert [(each.row, each.column) for each in problems] == [(1, "visit"), (1, "one")]
    _lines, problems = read(sheet("1,2,3", head="participant,visit,colour"), FORM)
    assert problems == [Problem(1, "colour", "This form has no such item.")]


@pytest.mark.parametrize("content", [b"", b"participant,visit", b"\xff\xfe\x00", b"a\n" * 2002])
def test_what_is_no_sheet_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read(content, FORM)
