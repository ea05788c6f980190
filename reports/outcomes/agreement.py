"""Whether two readers say the same, and whether a measurement done again does."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from reports.outcomes.cells import Cells, estimate, rounded
from reports.outcomes.records import MEASURES, SIDES, Read, Row
from reports.statistics.agreement import bland_altman, cohen_kappa, gwet_ac1, icc_2_1
from reports.statistics.clusters import cluster_bootstrap

CODES = {"yes": 0, "no": 1}


def between_readers(cells: Cells, key: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Both readers of each case and technique on each side: counts, both kappas, and Cohen's with
    whole patients drawn again, for two sides of one patient are no two patients."""
    tables, held = [], {"agree": [], "differ": []}  # type: ignore[var-annotated]
    for row in rows:
        counts = np.zeros((2, 2), int)
        for first, second in _pairs(row):
            for side in SIDES:
                one, other = CODES.get(first.nvc.get(side, "")), CODES.get(second.nvc.get(side, ""))
                if one is not None and other is not None:
                    counts[one, other] += 1
                    held["agree" if one == other else "differ"].append(f"{row.number}/{side}")
        if counts.sum():
            tables.append(counts)
    stacked = np.array(tables, int).reshape(-1, 2, 2)
    total = stacked.sum(0)
    return {
        "key": key,
        "counts": rounded(total.tolist()),
        "agree": cells.count(f"agreement.{key}.agree", held["agree"]),
        "differ": cells.count(f"agreement.{key}.differ", held["differ"]),
        "cohen_kappa": estimate(cohen_kappa(total)),
        "cohen_kappa_clustered": estimate(
            cluster_bootstrap(lambda drawn: _kappa(stacked[drawn].sum(0)), len(stacked))
        ),
        "gwet_ac1": estimate(gwet_ac1(total)),
    }


def _pairs(row: Row) -> list[tuple[Read, Read]]:
    """Every two readers of one case in one technique, by name."""
    reads = sorted(row.reads, key=lambda read: read.reader)
    return [pair for pair in combinations(reads, 2) if pair[0].technique == pair[1].technique]


def _kappa(counts: np.ndarray) -> float:
    n = counts.sum()
    if not n:
        return float("nan")
    chance = float((counts.sum(0) * counts.sum(1)).sum()) / n**2
    return float("nan") if chance == 1 else float((np.trace(counts) / n - chance) / (1 - chance))


def between_measurements(cells: Cells, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The first and the newest measurement of the same nerve on the same scan, measure by
    measure."""
    found = []
    for measure in MEASURES:
        pairs = [
            (f"{row.number}/{side}", first[measure], second[measure])
            for row in rows
            for side, (first, second) in sorted(row.repeats.items())
            if measure in first and measure in second
        ]
        one, other = [pair[1] for pair in pairs], [pair[2] for pair in pairs]
        limits = bland_altman(one, other)
        scores = np.column_stack([one, other]) if pairs else np.zeros((0, 2))
        found.append(
            {
                "measure": measure,
                "nerves": cells.count(f"repeats.{measure}", [pair[0] for pair in pairs]),
                "icc_2_1": estimate(icc_2_1(scores)),
                "bias": estimate(limits.bias),
                "lower": estimate(limits.lower),
                "upper": estimate(limits.upper),
                "points": [[r, rounded(a), rounded(b)] for r, a, b in pairs],
            }
        )
    return found
