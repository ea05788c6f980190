"""The outcomes' tables of who the participants are and how they went through the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from reports.catalog.outcome_size_tables import mean_of
from reports.catalog.outcome_tables import Doc, Where, along, count, labels_of
from reports.catalog.sheet import Cell, Table, heads
from reports.outcomes import words
from reports.outcomes.records import SCALES


def baseline(doc: Doc, where: Where) -> Table:
    """Who the participants are, a column a group."""
    groups = doc["baseline"]
    rows = [[Cell(_("Enrolled participants")), *(count(g["people"], where) for g in groups)]]
    for name, label in (("age", _("Age, years")), ("duration", _("Duration, years"))):
        rows.append([Cell(label), *(_summary(g["numbers"][name], g, where) for g in groups)])
    for name, label in (("sex", _("Sex")), ("affected", _("Affected side"))):
        for value in sorted({row["value"] for g in groups for row in g[name]}):
            these = [next((r for r in g[name] if r["value"] == value), None) for g in groups]
            title = f"{label}: {words.value_label(name, value)}"
            rows.append([Cell(title), *(count(r, where) if r else Cell("0") for r in these)])
    for scale in SCALES:
        found = [_summary(g["severity"][scale], g, where) for g in groups]
        rows.append([Cell(words.scale_label(scale)), *found])
    return Table(
        _("Before treatment; mean ± SD"), heads([_("Characteristic"), *labels_of(doc)]), rows
    )


def _summary(given: Mapping[str, Any], group: Mapping[str, Any], where: Where) -> Cell:
    """A mean, leading to the group."""
    return along([Cell(_with_missing(given))], where(group["people"]["cell"]))[0]


def _with_missing(given: Mapping[str, Any]) -> str:
    said = mean_of(given)
    if given["missing"]:
        return _("%(value)s, missing %(n)d") % {"value": said, "n": given["missing"]}
    return said


def flow(doc: Doc, where: Where) -> Table:
    """The diagram's numbers as a table, which says them without sight."""
    groups = doc["flow"]["groups"]
    rows = [
        [Cell(flow_label(name)), *(count(g[part][name], where) for g in groups)]
        for part in ("people", "sides")
        for name in (groups[0][part] if groups else ())
    ]
    return Table(
        _("Flow of participants and of nerve sides"),
        heads([_("Step"), *labels_of(doc)]),
        rows,
    )


def entrance(doc: Doc, where: Where) -> Table:
    """From screening to enrolment."""
    found = doc["flow"]["entrance"]
    rows = [
        [Cell(flow_label(name)), count(found[name], where)]
        for name in ("screened", "screen_failed")
    ]
    rows += [
        [
            Cell(_("failed by %(criterion)s") % {"criterion": row["criterion"]}),
            count(row, where),
        ]
        for row in found["by_criterion"]
    ]
    rows += [
        [Cell(flow_label(name)), count(found[name], where)]
        for name in ("left_before", "on_the_way", "enrolled", "revoked")
    ]
    return Table(
        _("From screening to enrolment"),
        heads([_("Step"), _("Participants")]),
        rows,
    )


def flow_label(name: str) -> str:
    """A step of the flow."""
    return {
        "screened": _("Screened"),
        "screen_failed": _("Screen failure"),
        "left_before": _("Left before enrolment"),
        "on_the_way": _("Not enrolled yet"),
        "enrolled": _("Enrolled"),
        "revoked": _("Left, use of the data revoked"),
        "left": _("Left after enrolment"),
        "withdrawn": _("Withdrawn"),
        "lost": _("Lost to follow-up"),
        "completed": _("Completed: surgical finding recorded"),
        "ongoing": _("Still in the study"),
        "not_completed": _("Not completed"),
        "scanned": _("Scanned"),
        "measured": _("Nerve measured"),
        "refused": _("Measurement refused"),
        "read": _("Read twice"),
        "operated": _("Operated"),
        "not_operated": _("Not operated"),
        "no_surgery_recorded": _("No surgical finding recorded"),
        "sides": _("Nerve sides"),
        "with_reference": _("Sides with a reference"),
        "indeterminate": _("Sides with an indeterminate read"),
        "missing": _("Sides without a read"),
        "analysed": _("Sides analysed"),
    }[name]
