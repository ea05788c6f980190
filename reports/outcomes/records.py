"""What outcomes are computed from, as frozen rows. Pure: `gather` fills them from the database.

Areas in mm², volumes in mm³, ages and durations in years.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

SCHEMA = "outcome-rows/2"
SIDES = ("left", "right")
MEASURES = ("csa_mean_mm2", "csa_min_mm2", "csa_rez_mm2", "volume_mm3")
SCALES = ("smc", "cohen_albert", "jrs")
# Vessels as the forms code them, by what the trial's first question asks.
VESSEL_KINDS = {"aica": "artery", "pica": "artery", "va": "artery", "vein": "vein"}


@dataclass(frozen=True)
class Read:
    """One locked read: what a reader said of each side. The session is kept where the technique is
    withheld: it tells the two readings of a paired design apart, and no arm."""

    reader: str
    technique: str
    nvc: dict[str, str]
    session: int = 1


@dataclass(frozen=True)
class Verdict:
    """The answers that count for a case in a technique."""

    technique: str
    nvc: dict[str, str]


@dataclass(frozen=True)
class Surgery:
    """What the surgeon recorded; `side` and the rest only where there was an operation."""

    operated: bool
    side: str = ""
    compression: str = ""
    vessel: str = ""
    segment: str = ""

    @property
    def vessel_kind(self) -> str:
        """Artery, vein, or other (several vessels among it)."""
        return VESSEL_KINDS.get(self.vessel, "other") if self.vessel else ""


Sizes = dict[str, float]


@dataclass(frozen=True)
class Row:
    """One participant. `reached` is the furthest step of the way; `left` how they went, if so.

    `nerves` has the measures of each measured side, `repeats` the first and the newest measurement
    of the same series where there are two; `again` what a reader said who read the case once more;
    `severity` the scores by visit and scale.
    """

    number: str
    site: str
    reached: str
    arm: str = ""
    technique: str = ""
    enrolled: bool = False
    left: str = ""
    failed: tuple[str, ...] = ()
    data_may_stay: bool = True
    images_may_stay: bool = True
    left_out: bool = False
    screened_on: str = ""
    sex: str = ""
    affected: str = ""
    age: int | None = None
    duration: float | None = None
    scanned: bool = False
    measurement: str = ""
    reads_open: int = 0
    reads: tuple[Read, ...] = ()
    again: tuple[Read, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    surgery: Surgery | None = None
    nerves: dict[str, Sizes] = field(default_factory=dict)
    repeats: dict[str, tuple[Sizes, Sizes]] = field(default_factory=dict)
    severity: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def unaffected(self) -> str:
        """The asymptomatic side, where one side is affected."""
        return {"left": "right", "right": "left"}.get(self.affected, "")


def data_sha256(rows: Iterable[Row]) -> str:
    """The digest of what the outcomes are computed from, by number."""
    digest = hashlib.sha256(f"{SCHEMA}\n".encode())
    for row in sorted(rows, key=lambda one: one.number):
        text = json.dumps(asdict(row), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest.update(f"{text}\n".encode())
    return digest.hexdigest()


def masked(row: Row) -> Row:
    """The same without anything that tells the arm: nothing computed from it can tell it either."""
    return replace(
        row,
        arm="",
        technique="",
        reads=tuple(replace(read, technique="") for read in row.reads),
        again=tuple(replace(read, technique="") for read in row.again),
        verdicts=tuple(replace(verdict, technique="") for verdict in row.verdicts),
    )


def stripped(row: Row) -> Row:
    """Of somebody whose data may not be used: that they were there and left, and nothing else. Of
    somebody whose images may not: everything that comes of no image."""
    if not row.data_may_stay:
        return Row(
            number=row.number,
            site=row.site,
            reached=row.reached,
            arm=row.arm,
            enrolled=row.enrolled,
            left=row.left,
            data_may_stay=False,
            images_may_stay=False,
            screened_on=row.screened_on,
        )
    if not row.images_may_stay:
        return replace(
            row, measurement="", reads_open=0, reads=(), again=(), verdicts=(), nerves={},
            repeats={},
        )  # fmt: skip
    return row
