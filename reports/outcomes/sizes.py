"""The nerve's size: by side, and against the spasm's severity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reports.outcomes.cells import Cells, estimate, p_value, rounded
from reports.outcomes.records import MEASURES, SCALES, Row
from reports.statistics.association import ordinal, spearman, spearman_test
from reports.statistics.pairs import mean_difference, mean_ratio, signed_rank
from reports.statistics.roc import area, curve

# An odds ratio is for so much more of a measure: a whole mm² is a whole nerve.
STEPS = {"csa_mean_mm2": 0.1, "csa_min_mm2": 0.1, "csa_rez_mm2": 0.1, "volume_mm3": 1.0}
SEXES = {"female": 0.0, "male": 1.0}


def by_side(cells: Cells, key: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Affected against unaffected side of the same people, measure by measure."""
    found = []
    for measure in MEASURES:
        pairs = [
            (row.number, row.nerves[row.affected][measure], row.nerves[row.unaffected][measure])
            for row in rows
            if measure in row.nerves.get(row.affected, {})
            and measure in row.nerves.get(row.unaffected, {})
        ]
        paired = {pair[0] for pair in pairs}
        one, other = [pair[1] for pair in pairs], [pair[2] for pair in pairs]
        found.append(
            {
                "measure": measure,
                "pairs": cells.count(f"sizes.{key}.{measure}.pairs", paired),
                "missing": cells.count(
                    f"sizes.{key}.{measure}.missing",
                    [row.number for row in rows if row.enrolled and row.number not in paired],
                ),
                "affected": summary(one),
                "unaffected": summary(other),
                "difference": estimate(mean_difference(one, other)),
                "ratio": estimate(mean_ratio(one, other)),
                "test": p_value(signed_rank(one, other)),
                "points": [[n, rounded(a), rounded(b)] for n, a, b in pairs],
            }
        )
    return found


def summary(values: Sequence[float]) -> dict[str, Any]:
    """Mean, standard deviation, median and quartiles; null where there is none."""
    n = len(values)
    given = np.asarray(values, float)
    quartiles = np.quantile(given, [0.25, 0.5, 0.75]) if n else [None] * 3
    low, median, high = (rounded(None if q is None else float(q)) for q in quartiles)
    return {
        "n": n,
        "mean": rounded(float(given.mean())) if n else None,
        "sd": rounded(float(given.std(ddof=1))) if n > 1 else None,
        "median": median,
        "quartiles": [low, high],
    }


def against_severity(
    cells: Cells, key: str, rows: Sequence[Row], visit: str
) -> list[dict[str, Any]]:
    """Each measure of the affected side against each scale at the visit before treatment."""
    found = []
    for scale in SCALES:
        for measure in MEASURES:
            pairs = _with_severity(rows, measure, visit, scale)
            sizes, grades = [pair[1] for pair in pairs], [pair[2] for pair in pairs]
            found.append(
                {
                    "scale": scale,
                    "measure": measure,
                    "people": cells.count(
                        f"severity.{key}.{scale}.{measure}", [pair[0] for pair in pairs]
                    ),
                    "spearman": estimate(spearman(sizes, grades)),
                    "test": p_value(spearman_test(sizes, grades)),
                    "points": [[n, rounded(size), grade] for n, size, grade in pairs],
                }
            )
    return found


def _with_severity(
    rows: Sequence[Row], measure: str, visit: str, scale: str
) -> list[tuple[str, float, float]]:
    return [
        (row.number, row.nerves[row.affected][measure], row.severity[visit][scale])
        for row in rows
        if measure in row.nerves.get(row.affected, {}) and scale in row.severity.get(visit, {})
    ]


def adjusted(rows: Sequence[Row], visit: str, scale: str) -> list[dict[str, Any]]:
    """Odds of a higher grade for a step more of each measure, adjusted for age, sex and duration;
    somebody of whom one of these is not known is not in it."""
    found = []
    for measure in MEASURES:
        these = [
            row
            for row in rows
            if measure in row.nerves.get(row.affected, {})
            and scale in row.severity.get(visit, {})
            and row.age is not None
            and row.duration is not None
            and row.sex in SEXES
        ]
        step = STEPS[measure]
        fit = ordinal(
            [int(row.severity[visit][scale]) for row in these],
            {
                measure: [row.nerves[row.affected][measure] / step for row in these],
                "age": [float(row.age or 0) for row in these],
                "sex": [SEXES[row.sex] for row in these],
                "duration": [float(row.duration or 0) for row in these],
            },
        )
        ratios = {name: estimate(value) for name, value in fit.odds_ratios.items()}
        found.append(
            {"measure": measure, "step": step, "n": fit.n, "reason": fit.reason, "odds": ratios}
        )
    return found


def roc(
    cells: Cells, key: str, rows: Sequence[Row], visit: str, scale: str, at_least: int
) -> list[dict[str, Any]]:
    """Each measure as a test of a severe spasm; a smaller nerve is taken for the more severe."""
    found = []
    for measure in MEASURES:
        pairs = _with_severity(rows, measure, visit, scale)
        scores, severe = [-pair[1] for pair in pairs], [pair[2] >= at_least for pair in pairs]
        base = f"roc.{key}.{measure}"
        both = any(severe) and not all(severe)
        miss, hit = curve(scores, severe) if both else (np.zeros(0), np.zeros(0))
        found.append(
            {
                "measure": measure,
                "severe": cells.count(
                    f"{base}.severe", [p[0] for p, is_ in zip(pairs, severe, strict=True) if is_]
                ),
                "mild": cells.count(
                    f"{base}.mild", [p[0] for p, is_ in zip(pairs, severe, strict=True) if not is_]
                ),
                "area": estimate(area(scores, severe)),
                "curve": [
                    [rounded(float(x)), rounded(float(y))] for x, y in zip(miss, hit, strict=True)
                ],
            }
        )
    return found
