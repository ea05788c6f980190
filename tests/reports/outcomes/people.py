"""Rows of made-up participants for the pure analysis: no database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reports.outcomes.analysis import Design, analyse
from reports.outcomes.filters import Filters
from reports.outcomes.records import Read, Row, Surgery, Verdict

DESIGN = Design(
    arms=(("2d", "mpr"), ("3d", "cpr+mrve")),
    reading_design="by_arm",
    randomised=False,
    controls="unaffected_side",
    severe_scale="smc",
    severe_at_least=3,
    baseline_visit="baseline",
)
TECHNIQUES = dict(DESIGN.arms)


def row(number: int, **more: Any) -> Row:
    """Somebody who went all the way: left side affected, compressed, and read so."""
    arm = str(more.pop("arm", ("2d", "3d")[number % 2]))
    size = 1.0 + 0.05 * (number % 7)
    nerves = {
        "left": dict.fromkeys(("csa_mean_mm2", "csa_min_mm2", "csa_rez_mm2", "volume_mm3"), size),
        "right": dict.fromkeys(
            ("csa_mean_mm2", "csa_min_mm2", "csa_rez_mm2", "volume_mm3"), size + 0.3 + number / 99
        ),
    }
    whole = Row(
        number=f"XA-{number:03d}",
        site="XA",
        reached="surgery_recorded",
        arm=arm,
        technique=TECHNIQUES.get(arm, ""),
        enrolled=True,
        screened_on="2026-01-05",
        sex=("female", "male")[number % 2],
        affected="left",
        age=40 + number % 9,
        duration=2.0 + number % 5,
        scanned=True,
        measurement="measured",
        nerves=nerves,
        surgery=Surgery(True, "left", "yes", "aica", "rdp"),
        severity={"baseline": {"smc": 1.0 + number % 4, "cohen_albert": 1.0, "jrs": 2.0}},
    )
    return replace(read(whole, "yes", "no"), **more)


def read(given: Row, left: str, right: str, *, differ: bool = False) -> Row:
    """The same read by two; where they differ nobody has decided."""
    said = {"left": left, "right": right}
    other = {"left": "no" if left == "yes" else "yes", "right": right}
    reads = (
        Read("first", given.technique, said),
        Read("second", given.technique, other if differ else said),
    )
    verdicts = () if differ else (Verdict(given.technique, said),)
    return replace(given, reads=reads, verdicts=verdicts)


def document(
    rows: list[Row], *, blinded: bool = False, filters: Filters | None = None
) -> dict[str, Any]:
    """The outcomes of these rows, with what a study adds to them."""
    found = analyse(rows, filters or Filters(), DESIGN, blinded=blinded)
    return found | {
        "study": {"protocol_version": "1.0", "protocol_sha256": "0" * 64, "acronym": "A"},
        "software": {"name": "studysite", "version": "0.1.0"},
        "data": {
            "sha256": "0" * 64,
            "participants": len(rows),
            "sites": ["XA"],
            "as_of": None,
            "locked_at": None,
            "lock_sha256": None,
        },
        "checkpoint": None,
    }
