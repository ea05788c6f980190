"""A measurement as the answers of its case report form."""

from __future__ import annotations

from typing import Any

from enrollment.crfs.checking import without_blanks
from enrollment.crfs.nerve_measurement import NUMBERS
from imaging.models import Measurement

# Released forms do not change: that contours were corrected goes before the reason, in exports too.
BY_HAND = "Contours corrected by hand"


def answers_of(row: Measurement) -> dict[str, Any]:
    """What the form `nerve_measurement` holds of a finished measurement. Nobody enters it."""
    result = row.result or {}
    answers: dict[str, Any] = {
        "placed_by": str(row.by),
        "measurement_version": row.version,
        "software_version": result.get("software", {}).get("version", ""),
        "version_reason": f"{BY_HAND}: {row.reason}" if row.corrects_id else row.reason,
    }
    for side, nerve in result.get("nerves", {}).items():
        answers[f"{side}_status"] = nerve["status"]
        if nerve["status"] == "refused":
            answers[f"{side}_reason"] = str(nerve["reason"])
            continue
        answers |= {f"{side}_{name}": nerve.get(name) for name, *_words in NUMBERS}
    return without_blanks(answers)
