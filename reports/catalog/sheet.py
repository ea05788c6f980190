"""A report as sections of facts, tables and figures: one shape for the page and for the paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.catalog.amounts import ABSENT

MANY_COLUMNS, FEW_ROWS = 6, 14


@dataclass(frozen=True)
class Column:
    """The head of a column; one of numbers is set to the right."""

    label: str
    num: bool = False


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table, and the records that it leads to."""

    text: str
    url: str = ""

    @classmethod
    def of(cls, value: object) -> Cell:
        """A plain value; what is absent is a dash."""
        return cls(ABSENT if value in (None, "") else str(value))


@dataclass(frozen=True)
class Table:
    """Rows under heads; the first cell of a row names it. `empty` is said where there is none."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: str = ""
    note: str = ""

    @property
    def looks(self) -> str:
        """Further classes on paper: a table of many columns is set smaller, and one of few rows is
        kept on one page."""
        many = " many" if len(self.columns) >= MANY_COLUMNS else ""
        return many + (" short" if len(self.rows) <= FEW_ROWS else "")

    @property
    def lines(self) -> list[tuple[Cell, list[tuple[Cell, Column]]]]:
        """Each row as its name and its other cells with their columns."""
        return [(row[0], list(zip(row[1:], self.columns[1:], strict=True))) for row in self.rows]


@dataclass(frozen=True)
class Figure:
    """A drawing: `on_page` has links and titles, `on_paper` is the same without them."""

    name: str
    on_page: str
    on_paper: bytes
    alt: str
    caption: str


@dataclass(frozen=True)
class Section:
    """One heading and what stands under it."""

    title: str
    sentences: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Figure] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Sheet:
    """A whole report."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    notices: Sequence[str] = ()
    sections: Sequence[Section] = ()
    foot: Sequence[str] = field(default_factory=tuple)

    @property
    def pictures(self) -> dict[str, bytes]:
        """The drawings that the paper names."""
        return {
            f"picture:{figure.name}.svg": figure.on_paper
            for section in self.sections
            for figure in section.figures
        }

    @property
    def plain(self) -> dict[str, Any]:
        """Facts, sentences and tables as plain values: what the drawings are drawn from, too."""
        return {
            "facts": [list(fact) for fact in self.facts],
            "notices": list(self.notices),
            "sections": [
                {
                    "title": section.title,
                    "sentences": list(section.sentences),
                    "tables": [
                        {
                            "title": table.title,
                            "columns": [column.label for column in table.columns],
                            "rows": [[cell.text for cell in row] for row in table.rows],
                        }
                        for table in section.tables
                    ],
                }
                for section in self.sections
            ],
        }


def heads(labels: Iterable[str], *, numbers_from: int = 1) -> list[Column]:
    """Columns of which all from that place on hold numbers."""
    return [Column(label, num=place >= numbers_from) for place, label in enumerate(labels)]
