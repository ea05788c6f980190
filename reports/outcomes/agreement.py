"""Whether two readers say the same, whether one reader does twice, and a measurement done again."""

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
    """Both readers of each case and technique on each side."""
    return {"key": key, **_agreed(cells, f"agreement.{key}", [(r, _pairs(r)) for r in rows])}


def within_readers(cells: Cells, key: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Readers against themselves: a case read once more by the same reader, each reader alone and
    all of them together."""
    pairs = [(row, _own(row)) for row in rows]
    names = sorted({read.reader for _row, own in pairs for read, _again in own})
    alone = [
        {
            "reader": name,
            **_agreed(
                cells,
                f"within.{key}.{name}",
                [(row, [pair for pair in own if pair[0].reader == name]) for row, own in pairs],
            ),
        }
        for name in names
    ]
    return {"key": key, "readers": alone, "all": _agreed(cells, f"within.{key}", pairs)}


Pair = tuple[Read, Read]


def _agreed(
    cells: Cells, key: str, pairs_of: Sequence[tuple[Row, Sequence[Pair]]]
) -> dict[str, Any]:
    """Pairs of reads on each side: counts, both kappas, and Cohen's with whole patients drawn
    again, for two sides of one patient are no two patients."""
    tables: list[np.ndarray] = []
    held: dict[str, list[str]] = {"agree": [], "differ": []}
    for row, pairs in pairs_of:
        counts = np.zeros((2, 2), int)
        for first, second in pairs:
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
        "counts": rounded(total.tolist()),
        "agree": cells.count(f"{key}.agree", held["agree"]),
        "differ": cells.count(f"{key}.differ", held["differ"]),
        "cohen_kappa": estimate(cohen_kappa(total)),
        "cohen_kappa_clustered": estimate(
            cluster_bootstrap(lambda drawn: _kappa(stacked[drawn].sum(0)), len(stacked))
        ),
        "gwet_ac1": estimate(gwet_ac1(total)),
    }


def _pairs(row: Row) -> list[Pair]:
    """Every two readers of one case in one technique, by name."""
    reads = sorted(row.reads, key=lambda read: read.reader)
    return [
        pair
        for pair in combinations(reads, 2)
        if (pair[0].technique, pair[0].session) == (pair[1].technique, pair[1].session)
    ]


def _own(row: Row) -> list[Pair]:
    """Each read that was done once more, with the first by the same reader in the same technique
    and session."""
    first = {(read.reader, read.technique, read.session): read for read in row.reads}
    found = []
    for read in row.again:
        before = first.get((read.reader, read.technique, read.session))
        if before is not None:
            found.append((before, read))
    return found


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
