"""Nerve sides with what surgery found and what was read: the unit of the diagnostic question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reports.outcomes.records import SIDES, Row

READS_A_CASE = 2


@dataclass(frozen=True)
class Unit:
    """One side in one technique. `reference`: positive, negative or none; `kind`: operated, or
    control; `call`: yes, no, indeterminate or missing."""

    number: str
    side: str
    arm: str
    technique: str
    reference: str
    kind: str
    call: str
    vessel: str = ""
    segment: str = ""

    @property
    def record(self) -> str:
        """How a list names it."""
        return f"{self.number}/{self.side}"

    @property
    def correct(self) -> bool:
        """Whether the read agrees with the reference."""
        return (self.call == "yes") == (self.reference == "positive")


@dataclass(frozen=True)
class ReaderUnit:
    """One reader's answer about one side that has a reference."""

    number: str
    side: str
    technique: str
    reader: str
    reference: str
    call: str

    @property
    def correct(self) -> bool:
        """Whether the reader agrees with the reference."""
        return (self.call == "yes") == (self.reference == "positive")


def reference_of(row: Row, side: str, controls: str) -> tuple[str, str]:
    """What is known of a side, and from what. The asymptomatic side of somebody operated is the
    control; of somebody not operated, neither side has a reference."""
    surgery = row.surgery
    if surgery is None or not surgery.operated:
        return "none", ""
    if surgery.side == side:
        found = {"yes": "positive", "no": "negative"}.get(surgery.compression, "none")
        return found, "operated" if found != "none" else ""
    if controls == "unaffected_side" and row.unaffected == side:
        return "negative", "control"
    return "none", ""


def techniques_of(row: Row) -> list[str]:
    """The technique that the arm is read in, and any other that the case was read in."""
    seen = [row.technique, *(verdict.technique for verdict in row.verdicts)]
    return list(dict.fromkeys([*seen, *(read.technique for read in row.reads)]))


def call_of(row: Row, technique: str, side: str) -> str:
    """What the reads in a technique come to. Two reads that nobody decided between are
    indeterminate; fewer than two are missing."""
    for verdict in row.verdicts:
        if verdict.technique == technique:
            said = verdict.nvc.get(side, "")
            return said if said in ("yes", "no") else "indeterminate"
    reads = [read for read in row.reads if read.technique == technique]
    return "indeterminate" if len(reads) >= READS_A_CASE else "missing"


def units_of(rows: Iterable[Row], controls: str, technique: str = "") -> list[Unit]:
    """Every side of everybody enrolled, in each technique (or the one asked for)."""
    return [
        unit
        for row in rows
        if row.enrolled and row.data_may_stay
        for each in techniques_of(row)
        if technique in ("", each)
        for unit in _units(row, each, controls)
    ]


def _units(row: Row, technique: str, controls: str) -> Iterator[Unit]:
    for side in SIDES:
        reference, kind = reference_of(row, side, controls)
        operated = kind == "operated" and row.surgery
        yield Unit(
            number=row.number,
            side=side,
            arm=row.arm,
            technique=technique,
            reference=reference,
            kind=kind,
            call=call_of(row, technique, side),
            vessel=row.surgery.vessel_kind if operated and row.surgery else "",
            segment=row.surgery.segment if operated and row.surgery else "",
        )


def reader_units_of(
    rows: Iterable[Row], controls: str, technique: str = "", reader: str = ""
) -> list[ReaderUnit]:
    """Every reader's answer about every side with a reference."""
    found = []
    for row in rows:
        for read in row.reads:
            if technique not in ("", read.technique) or reader not in ("", read.reader):
                continue
            for side in SIDES:
                reference, _kind = reference_of(row, side, controls)
                said = read.nvc.get(side, "")
                if reference != "none" and said in ("yes", "no"):
                    found.append(
                        ReaderUnit(row.number, side, read.technique, read.reader, reference, said)
                    )
    return found
