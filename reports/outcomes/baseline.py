"""Who the participants of a group are: age, sex, side, duration, severity before treatment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from reports.outcomes.cells import Cells
from reports.outcomes.records import SCALES, Row
from reports.outcomes.sizes import summary


def baseline(cells: Cells, key: str, rows: Sequence[Row], visit: str) -> dict[str, Any]:
    """Those who are enrolled and whose data may be used; what is missing is counted."""
    people = [row for row in rows if row.enrolled and row.data_may_stay]
    numbers = {
        "age": [float(row.age) for row in people if row.age is not None],
        "duration": [row.duration for row in people if row.duration is not None],
    }
    said = [row.severity.get(visit, {}) for row in people]
    scores = {scale: [one[scale] for one in said if scale in one] for scale in SCALES}
    return {
        "key": key,
        "people": cells.count(f"baseline.{key}", [row.number for row in people]),
        "numbers": {name: _with_missing(people, found) for name, found in numbers.items()},
        "sex": _counts(cells, f"baseline.{key}.sex", people, "sex"),
        "affected": _counts(cells, f"baseline.{key}.affected", people, "affected"),
        "severity": {
            scale: _with_missing(people, found) | {"counts": _grades(found)}
            for scale, found in scores.items()
        },
    }


def _with_missing(people: Sequence[Row], found: Sequence[float]) -> dict[str, Any]:
    return summary(found) | {"missing": len(people) - len(found)}


def _counts(cells: Cells, key: str, people: Sequence[Row], name: str) -> list[dict[str, Any]]:
    values = sorted({getattr(row, name) for row in people})
    return [
        {
            "value": value,
            **cells.count(
                f"{key}.{value}", [row.number for row in people if getattr(row, name) == value]
            ),
        }
        for value in values
    ]


def _grades(scores: Sequence[float]) -> list[list[float]]:
    return [[grade, count] for grade, count in sorted(Counter(scores).items())]
