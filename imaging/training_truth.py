"""What a reader should answer on a simulated case, from the simulation's exact truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enrollment.crfs.neurovascular_read import nvc_by_criteria

SIDES = ("left", "right")
# A vessel counts as crossing perpendicularly from this angle on, and as displacing the nerve or
# indenting it from these values on; the scenarios of the training set lie well off all three.
PERPENDICULAR_DEG, DEVIATION_MM, INDENTATION = 60.0, 0.3, 0.1


def right_answers(truth: Mapping[str, Any]) -> dict[str, str]:
    """The answers of the read that the truth of a simulation settles; the rest is not judged."""
    found: dict[str, str] = {}
    for side in SIDES:
        found |= _of_side(side, truth["nerves"][side]["contacts"])
        found[f"{side}_nvc"] = nvc_by_criteria(found, side)
    return found


def _of_side(side: str, contacts: list[Mapping[str, Any]]) -> dict[str, str]:
    touching = [contact for contact in contacts if contact["gap_mm"] <= 0.0]
    if not touching:
        return {f"{side}_contact": "no"}
    nearest = min(touching, key=lambda contact: contact["gap_mm"])
    return {
        f"{side}_contact": "yes",
        f"{side}_perpendicular": _yes(nearest["angle_deg"] >= PERPENDICULAR_DEG),
        f"{side}_deviation": _yes(nearest["deviation_mm"] >= DEVIATION_MM),
        f"{side}_indentation": _yes(nearest["indentation_fraction"] >= INDENTATION),
    }


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
