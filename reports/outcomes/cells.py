"""Numbers that lead to their records: a count keeps whom it counted, under a key of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from reports.statistics.estimate import Estimate, PValue

DECIMALS = 10


class Cells:
    """Every count of one document, with its records: subject numbers, or `number/side`."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}

    def count(self, key: str, records: Iterable[str]) -> dict[str, Any]:
        """A count as the document has it."""
        found = sorted(records)
        self.records[key] = found
        return {"n": len(found), "cell": key}


def estimate(given: Estimate) -> dict[str, Any]:
    """An estimate as the document has it; what does not exist is null, with the reason."""
    return {name: rounded(value) for name, value in asdict(given).items()}


def p_value(given: PValue) -> dict[str, Any]:
    """A test as the document has it."""
    return {name: rounded(value) for name, value in asdict(given).items()}


def rounded(value: Any) -> Any:
    """The same to the last digit on any machine."""
    return round(float(value), DECIMALS) if isinstance(value, float) else value
