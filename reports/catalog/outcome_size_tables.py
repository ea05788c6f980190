"""The outcomes' tables of agreement, of the nerve's size and of severity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from reports.catalog.amounts import ABSENT, number
from reports.catalog.outcome_tables import Doc, Where, along, count
from reports.catalog.sheet import Cell, Table, heads
from reports.outcomes import words
from reports.outcomes.records import MEASURES, SCALES


def agreement(doc: Doc, where: Where) -> Table:
    """Two readers of each case."""
    rows = [
        along([Cell(words.group_label(row["key"])), *_agreed(row, where)])
        for row in doc["agreement"]["readers"]
    ]
    columns = [_("Group"), *_agreed_columns()]
    return Table(_("Agreement between the readers of a case"), heads(columns), rows)


def within(doc: Doc, where: Where) -> Table:
    """Readers against themselves."""
    rows = []
    for group in doc["agreement"]["within"]:
        label = Cell(words.group_label(group["key"]))
        rows += [along([Cell(row["reader"]), label, *_agreed(row, where)])
                 for row in group["readers"]]  # fmt: skip
        if group["readers"]:
            rows.append(along([Cell(_("All readers")), label, *_agreed(group["all"], where)]))
    columns = [_("Reader"), _("Group"), *_agreed_columns()]
    return Table(
        _("Agreement of readers with themselves, on cases read once more"),
        heads(columns, numbers_from=2),
        rows,
        _("No case was read once more by its reader."),
    )


def _agreed_columns() -> list[str]:
    return [
        _("Sides on which both agree"), _("Sides on which they differ"), _("Cohen's kappa"),
        _("Cohen's kappa, patients drawn again"), _("Gwet's AC1"),
    ]  # fmt: skip


def _agreed(row: Mapping[str, Any], where: Where) -> list[Cell]:
    kappas = ("cohen_kappa", "cohen_kappa_clustered", "gwet_ac1")
    return [
        count(row["agree"], where),
        count(row["differ"], where),
        *(Cell(words.plain(row[name])) for name in kappas),
    ]


def repeats(doc: Doc, where: Where) -> Table:
    """The first and the newest measurement of the same nerve."""
    found = doc["agreement"]["measurements"]
    rows = [
        along(
            [
                Cell(words.measure_label(row["measure"])),
                count(row["nerves"], where),
                Cell(words.plain(row["icc_2_1"])),
                Cell(words.plain(row["bias"], 3)),
                Cell(words.plain(row["lower"], 3)),
                Cell(words.plain(row["upper"], 3)),
            ]
        )
        for row in found
        if row["nerves"]["n"]
    ]
    columns = [
        _("Measure"), _("Nerves"), _("ICC(2,1)"), _("Mean difference"),
        _("Lower limit of agreement"), _("Upper limit of agreement"),
    ]  # fmt: skip
    return Table(
        _("Agreement between the first and the newest measurement of a nerve"),
        heads(columns),
        rows,
        _("No nerve was measured twice on the same scan."),
    )


def sizes(doc: Doc, where: Where) -> Table:
    """Affected against unaffected side."""
    rows = [
        along(
            [
                Cell(words.measure_label(row["measure"])),
                Cell(words.group_label(group["key"])),
                count(row["pairs"], where),
                count(row["missing"], where),
                Cell(mean_of(row["affected"])),
                Cell(mean_of(row["unaffected"])),
                Cell(words.plain(row["difference"], 3)),
                Cell(words.plain(row["ratio"])),
                Cell(words.p_label(row["test"])),
            ]
        )
        for place in range(len(MEASURES))
        for group in doc["sizes"]
        for row in (group["measures"][place],)
    ]
    columns = [
        _("Measure"), _("Group"), _("Participants"), _("Missing"), _("Affected, mean ± SD"),
        _("Unaffected, mean ± SD"), _("Difference"), _("Ratio"), _("Test"),
    ]  # fmt: skip
    return Table(_("Affected and unaffected side"), heads(columns, numbers_from=2), rows)


def mean_of(given: Mapping[str, Any]) -> str:
    if given["mean"] is None:
        return ABSENT
    if given["sd"] is None:
        return number(given["mean"], 2)
    return f"{number(given['mean'], 2)} ± {number(given['sd'], 2)}"


def correlations(doc: Doc, where: Where) -> list[Table]:
    """Size against severity, a table a group."""
    return [
        Table(
            _("Size of the affected nerve and severity: %(group)s")
            % {"group": words.group_label(group["key"])},
            heads([_("Scale"), _("Measure"), _("Participants"), _("Spearman's rho"), _("Test")],
                  numbers_from=2),
            [
                along([
                    Cell(words.scale_label(row["scale"])),
                    Cell(words.measure_label(row["measure"])),
                    count(row["people"], where),
                    Cell(words.plain(row["spearman"])),
                    Cell(words.p_label(row["test"])),
                ])
                for scale in SCALES
                for row in group["rows"]
                if row["scale"] == scale
            ],
        )
        for group in doc["severity"]["correlation"]
    ]  # fmt: skip


def adjusted(doc: Doc, where: Where) -> Table:
    """Odds of a higher grade, adjusted."""
    found = doc["severity"]["adjusted"]
    # Those of whom size and severity are known; without a covariate one is not among the n.
    people = {row["measure"]: row["people"] for row in doc["severity"]["correlation"][0]["rows"]
              if row["scale"] == found["scale"]}  # fmt: skip
    rows = []
    for row in found["measures"]:
        said = [_odds(row, name) for name in (row["measure"], "age", "sex", "duration")]
        url = where(people[row["measure"]]["cell"]) if row["n"] else ""
        rows.append(
            [Cell(words.measure_label(row["measure"])), Cell(f"{row['step']:g}"),
             Cell(str(row["n"]), url), *along(list(map(Cell, said)), url)]
        )  # fmt: skip
    columns = [
        _("Measure"), _("Step size"), _("Participants"), _("Odds ratio a step"), _("Age, a year"),
        _("Male against female"), _("Duration, a year"),
    ]  # fmt: skip
    return Table(
        _("Odds of a higher %(scale)s, adjusted (proportional odds)")
        % {"scale": words.scale_label(found["scale"])},
        heads(columns),
        rows,
    )


def _odds(row: Mapping[str, Any], name: str) -> str:
    if name not in row["odds"]:
        return f"{ABSENT} ({words.reason_label(row['reason'])})"
    return words.plain(row["odds"][name])


def roc(doc: Doc, where: Where) -> Table:
    """Areas under the curves."""
    rows = [
        along(
            [
                Cell(words.measure_label(row["measure"])),
                Cell(words.group_label(group["key"])),
                count(row["severe"], where),
                count(row["mild"], where),
                Cell(words.plain(row["area"])),
            ]
        )
        for group in doc["severity"]["roc"]
        for row in group["measures"]
    ]
    columns = [_("Measure"), _("Group"), _("Severe"), _("Not severe"), _("Area, DeLong's interval")]
    return Table(_("Area under the ROC curve"), heads(columns, numbers_from=2), rows)
