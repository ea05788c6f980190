"""How people, and the sides of their nerves, went through the study: the numbers of STARD."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reports.outcomes.cells import Cells
from reports.outcomes.records import Row
from reports.outcomes.units import Unit

Rule = Callable[[Row], bool]
# Whoever came as far as the surgical finding has completed the study.
COMPLETED = ("surgery_recorded", "signed", "locked")


def _completed(row: Row) -> bool:
    return not row.left and row.reached in COMPLETED


# Each step of people: the name, and who is in it.
STEPS: tuple[tuple[str, Rule], ...] = (
    ("enrolled", lambda row: row.enrolled),
    ("left", lambda row: row.enrolled and bool(row.left)),
    ("withdrawn", lambda row: row.enrolled and row.left == "withdrawn"),
    ("lost", lambda row: row.enrolled and row.left == "lost"),
    ("completed", lambda row: row.enrolled and not row.left and row.reached in COMPLETED),
    ("ongoing", lambda row: row.enrolled and not row.left and row.reached not in COMPLETED),
    (
        "not_completed",
        lambda row: row.enrolled and (bool(row.left) or row.reached not in COMPLETED),
    ),
    ("scanned", lambda row: row.enrolled and row.scanned),
    ("measured", lambda row: row.measurement == "measured"),
    ("refused", lambda row: row.measurement == "refused"),
    ("read", lambda row: bool(row.verdicts) or len(row.reads) > 1),
    ("operated", lambda row: row.surgery is not None and row.surgery.operated),
    ("not_operated", lambda row: row.surgery is not None and not row.surgery.operated),
    ("no_surgery_recorded", lambda row: row.enrolled and row.surgery is None),
)


def entrance(cells: Cells, rows: Sequence[Row]) -> dict[str, Any]:
    """From screening to enrolment: who failed by which criterion, who is still on the way."""
    failed = [row for row in rows if row.failed or row.reached == "screen_failed"]
    criteria = sorted({key for row in failed for key in row.failed})
    revoked = [row.number for row in rows if not row.data_may_stay]
    early = [
        row.number
        for row in rows
        if not row.enrolled and row not in failed and not row.left and row.data_may_stay
    ]
    gone = [row.number for row in rows if not row.enrolled and row.left]
    return {
        "screened": cells.count("flow.screened", [row.number for row in rows]),
        "screen_failed": cells.count("flow.screen_failed", [row.number for row in failed]),
        "by_criterion": [
            {
                "criterion": key,
                **cells.count(
                    f"flow.criterion.{key}", [row.number for row in failed if key in row.failed]
                ),
            }
            for key in criteria
        ],
        "left_before": cells.count("flow.left_before", gone),
        "on_the_way": cells.count("flow.on_the_way", early),
        "enrolled": cells.count("flow.enrolled", [row.number for row in rows if row.enrolled]),
        "revoked": cells.count("flow.revoked", revoked),
    }


def arm(cells: Cells, key: str, rows: Sequence[Row], units: Sequence[Unit]) -> dict[str, Any]:
    """One column of the diagram: people, then the sides of those who were operated."""
    steps = {
        name: cells.count(f"flow.{key}.{name}", [row.number for row in rows if rule(row)])
        for name, rule in STEPS
    }
    withdrawn = [row.number for row in rows if row.enrolled and not row.data_may_stay]
    known = [unit for unit in units if unit.reference != "none"]
    sides = {
        "sides": units,
        "with_reference": known,
        "indeterminate": [unit for unit in known if unit.call == "indeterminate"],
        "missing": [unit for unit in known if unit.call == "missing"],
        "analysed": [unit for unit in known if unit.call in ("yes", "no")],
    }
    return {
        "key": key,
        "people": steps | {"revoked": cells.count(f"flow.{key}.revoked", withdrawn)},
        "sides": {
            name: cells.count(f"flow.{key}.{name}", [unit.record for unit in found])
            for name, found in sides.items()
        },
    }
