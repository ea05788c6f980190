"""How well readings find what surgery finds: per group, between arms, and over single readers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from reports.outcomes.cells import Cells, estimate, p_value
from reports.outcomes.units import ReaderUnit, Unit
from reports.statistics.accuracy import Table, accuracy_of
from reports.statistics.clusters import gee_odds_ratio
from reports.statistics.difference import fisher, mcnemar, newcombe, newcombe_paired
from reports.statistics.proportion import clopper_pearson, clustered, wilson

CELLS = {
    ("positive", "yes"): "true_positive",
    ("negative", "yes"): "false_positive",
    ("positive", "no"): "false_negative",
    ("negative", "no"): "true_negative",
}
TABLE = (*CELLS.values(), "indeterminate", "missing")


def accuracy(cells: Cells, key: str, units: Sequence[Unit]) -> dict[str, Any]:
    """The table of one group and what is made of it. Indeterminate and missing reads are counted
    beside it, and once more as if they were wrong."""
    known = [unit for unit in units if unit.reference != "none"]
    held: dict[str, list[str]] = {name: [] for name in TABLE}
    for unit in known:
        held[CELLS.get((unit.reference, unit.call), unit.call)].append(unit.record)
    table = Table(*(len(held[name]) for name in TABLE))
    return {
        "key": key,
        "units": cells.count(f"accuracy.{key}.units", [unit.record for unit in known]),
        "operated": cells.count(
            f"accuracy.{key}.operated",
            [unit.record for unit in known if unit.kind == "operated"],
        ),
        "controls": cells.count(
            f"accuracy.{key}.controls", [unit.record for unit in known if unit.kind == "control"]
        ),
        "table": {
            name: cells.count(f"accuracy.{key}.{name}", found) for name, found in held.items()
        },
        "estimates": {
            name: {"exact": value} for name, value in _estimates(table).items()
        } | {name: _both(*pair) for name, pair in _proportions(table).items()},
        "indeterminate_as_wrong": _as_wrong(known),
        "vessels": _parts(cells, key, known, "vessel"),
        "segments": _parts(cells, key, known, "segment"),
    }  # fmt: skip


def _estimates(table: Table) -> dict[str, dict[str, Any]]:
    found = accuracy_of(table)
    return {name: estimate(getattr(found, name)) for name in asdict(found)}


def _proportions(table: Table) -> dict[str, tuple[int, int]]:
    tp, fp = table.true_positive, table.false_positive
    fn, tn = table.false_negative, table.true_negative
    return {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "positive_predictive_value": (tp, tp + fp),
        "negative_predictive_value": (tn, tn + fn),
        "accuracy": (tp + tn, table.n),
    }


def _both(successes: int, trials: int) -> dict[str, Any]:
    return {
        "exact": estimate(clopper_pearson(successes, trials)),
        "wilson": estimate(wilson(successes, trials)),
        "of": [successes, trials],
    }


def _as_wrong(units: Sequence[Unit]) -> dict[str, Any]:
    """Both proportions with every indeterminate read counted against the technique."""
    found = {}
    for name, reference, right in (
        ("sensitivity", "positive", "yes"),
        ("specificity", "negative", "no"),
    ):
        read = [unit for unit in units if unit.reference == reference and unit.call != "missing"]
        found[name] = _both(sum(unit.call == right for unit in read), len(read))
    return found


def _parts(cells: Cells, key: str, units: Sequence[Unit], part: str) -> list[dict[str, Any]]:
    """Sensitivity among the compressions of each kind of vessel, or segment, that surgery named."""
    positive = [unit for unit in units if unit.reference == "positive"]
    rows = []
    for value in sorted({getattr(unit, part) for unit in positive} - {""}):
        these = [unit for unit in positive if getattr(unit, part) == value]
        read = [unit for unit in these if unit.call in ("yes", "no")]
        hits = [unit.record for unit in read if unit.call == "yes"]
        name = f"accuracy.{key}.{part}.{value}"
        rows.append(
            {
                "value": value,
                "units": cells.count(name, [unit.record for unit in these]),
                "read": cells.count(f"{name}.read", [unit.record for unit in read]),
                "found": cells.count(f"{name}.found", hits),
                "sensitivity": _both(len(hits), len(read)),
            }
        )
    return rows


def readers(cells: Cells, key: str, units: Sequence[ReaderUnit]) -> dict[str, Any]:
    """Single readers: each with exact intervals, and all together with the sides and readers of one
    patient taken as a cluster."""
    names = sorted({unit.reader for unit in units})
    return {
        "key": key,
        "pooled": {
            "sensitivity": _clustered(units, "positive"),
            "specificity": _clustered(units, "negative"),
        },
        "readers": [
            {"reader": name, **_reader(cells, key, [u for u in units if u.reader == name], name)}
            for name in names
        ],
    }


def _clustered(units: Sequence[ReaderUnit], reference: str) -> dict[str, Any]:
    right: dict[str, int] = defaultdict(int)
    all_: dict[str, int] = defaultdict(int)
    for unit in units:
        if unit.reference == reference:
            right[unit.number] += unit.correct
            all_[unit.number] += 1
    numbers = sorted(all_)
    return estimate(clustered([right[n] for n in numbers], [all_[n] for n in numbers]))


def _reader(cells: Cells, key: str, units: Sequence[ReaderUnit], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for what, reference in (("sensitivity", "positive"), ("specificity", "negative")):
        these = [unit for unit in units if unit.reference == reference]
        right = [f"{unit.number}/{unit.side}" for unit in these if unit.correct]
        base = f"readers.{key}.{name}.{reference}"
        found[what] = {
            "right": cells.count(f"{base}.right", right),
            "units": cells.count(base, [f"{unit.number}/{unit.side}" for unit in these]),
            "exact": estimate(clopper_pearson(len(right), len(these))),
        }
    return found


def between(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two independent groups: the difference of each proportion with its interval and test."""
    found = {}
    for name in ("sensitivity", "specificity", "accuracy"):
        (x1, n1), (x2, n2) = (group["estimates"][name]["of"] for group in (first, second))
        found[name] = {
            "difference": estimate(newcombe(x1, n1, x2, n2)),
            "test": p_value(fisher(x1, n1, x2, n2)),
        }
    return {"first": first["key"], "second": second["key"], "measures": found}


def odds_of_right(units: Sequence[ReaderUnit], technique: str) -> dict[str, Any]:
    """Odds of a right answer in one technique against the other, over every reader's answer, the
    answers about one patient being correlated."""
    numbers = {number: place for place, number in enumerate(sorted({u.number for u in units}))}
    return estimate(
        gee_odds_ratio(
            [int(unit.correct) for unit in units],
            [int(unit.technique == technique) for unit in units],
            [numbers[unit.number] for unit in units],
        )
    )


def paired(cells: Cells, units: Sequence[Unit], first: str, second: str) -> dict[str, Any]:
    """The same sides read in both techniques: difference with a paired interval, exact McNemar."""
    by_side: dict[str, dict[str, Unit]] = defaultdict(dict)
    for unit in units:
        if unit.reference != "none" and unit.call in ("yes", "no"):
            by_side[unit.record][unit.technique] = unit
    both = {key: found for key, found in by_side.items() if {first, second} <= set(found)}
    measures = {}
    for name, reference in (("sensitivity", "positive"), ("specificity", "negative")):
        these = {k: f for k, f in both.items() if f[first].reference == reference}
        right = {k: (f[first].correct, f[second].correct) for k, f in these.items()}
        counts = {
            word: cells.count(
                f"paired.{name}.{word}", [k for k, pair in right.items() if pair == is_]
            )
            for word, is_ in (
                ("both", (True, True)),
                ("first_only", (True, False)),
                ("second_only", (False, True)),
                ("neither", (False, False)),
            )
        }
        n = {word: count["n"] for word, count in counts.items()}
        measures[name] = {
            "pairs": counts,
            "difference": estimate(
                newcombe_paired(n["both"], n["first_only"], n["second_only"], n["neither"])
            ),
            "test": p_value(mcnemar(n["first_only"], n["second_only"], pairs=len(these))),
        }
    return {"first": first, "second": second, "measures": measures}
