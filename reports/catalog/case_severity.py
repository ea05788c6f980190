"""Severity over time: the scores of each scale by visit, from the severity forms of a case."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from enrollment.models.forms import EntryState
from reports.case.content import Content
from reports.case.forms import Filled
from reports.catalog.amounts import ABSENT, number
from reports.catalog.pictures import Shown
from reports.catalog.severity_plot import Course, draw_courses

PLOT = "picture:severity.svg"
SCORES = ("smc_score", "cohen_albert", "jrs_total", "hfs_7_total", "hfs_36_total", "hfs_30_total")
# The graded scales share an axis; sums of many items are told in the table alone.
PLOTTED = ("smc_score", "cohen_albert", "jrs_total")


@dataclass(frozen=True)
class SeverityTable:
    """A column a visit, a row a scale that was used."""

    visits: list[str]
    rows: list[tuple[str, list[str]]]


def severity_of(content: Content) -> tuple[SeverityTable, Shown | None, bytes]:
    """The table, and the plot where there is something to draw."""
    taken = [
        row for row in content.forms
        if row.form == "severity" and row.state == EntryState.SUBMITTED
    ]  # fmt: skip
    used = [name for name in SCORES if any(_score(row, name) is not None for row in taken)]
    visits = [row.visit_label for row in taken]
    rows = [(_label(taken, name), [_written(_score(row, name)) for row in taken]) for name in used]
    table = SeverityTable(visits, rows)
    drawn = [name for name in used if name in PLOTTED]
    if not drawn:
        return table, None, b""
    courses = [Course(_label(taken, n), [_score(row, n) for row in taken]) for n in drawn]
    alt = "; ".join(f"{label}: {', '.join(cells)}" for label, cells in rows)
    title = _("Severity of the spasm over the visits")
    plot = draw_courses(courses, visits, title, _("Score"))
    return table, Shown(PLOT, "", f"{title}. {alt}"), plot


def _score(row: Filled, name: str) -> float | None:
    answer = row.answer(name)
    return float(answer.value) if answer and answer.value not in (None, "") else None


def _label(rows: list[Filled], name: str) -> str:
    return next(answer.question for row in rows if (answer := row.answer(name)))


def _written(score: float | None) -> str:
    return ABSENT if score is None else number(score, 0)
