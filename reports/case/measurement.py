"""The measurement that counts: the newest one that is finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from enrollment.models import Participant
from imaging.models import MeasurementState
from reports.case.nerve import Nerve, nerve_of


@dataclass(frozen=True)
class Picture:
    """A picture of a measurement, by its storage name."""

    side: str
    name: str
    stored_as: str


@dataclass(frozen=True)
class Measured:
    """The newest finished measurement of a participant."""

    sequence: str
    series_sha256: str
    version: int
    reason: str
    state: str
    software: str
    numerics: str
    libraries: str
    tof_sha256: str
    input_sha256: str
    polarity: str
    left: Nerve | None
    right: Nerve | None
    result_sha256: str
    pictures: tuple[Picture, ...]
    by: str
    asked_at: datetime
    finished_at: datetime | None

    def nerve(self, side: str) -> Nerve | None:
        """The nerve of a side, if it was asked for."""
        return self.left if side == "left" else self.right

    def picture(self, side: str, name: str) -> Picture | None:
        """A picture of a side (or of both, with side "") by its file name, in the reader's language
        where it is there in it."""
        rows = {row.name: row for row in self.pictures if row.side == side}
        return rows.get(f"{get_language()}/{name}") or rows.get(name)


def measurement_of(participant: Participant) -> Measured | None:
    """The newest finished measurement."""
    rows = [row for series in participant.series.all() for row in series.measurements.all()]
    finished = [row for row in rows if row.state != MeasurementState.ASKED]
    if not finished:
        return None
    row = max(finished, key=lambda row: (row.finished_at or row.at, row.pk))
    result: dict[str, Any] = row.result or {}
    software, given = result["software"], result["input"]
    return Measured(
        sequence=row.series.sequence,
        series_sha256=row.series.sha256,
        version=row.version,
        reason=row.reason,
        state=row.state,
        software=f"{software['name']} {software['version']}",
        numerics=software.get("numerics", ""),
        libraries=", ".join(f"{k} {v}" for k, v in software.get("libraries", {}).items()),
        tof_sha256=given.get("tof", {}).get("sha256") or "",
        input_sha256=given["sha256"],
        polarity=given.get("polarity") or "",
        left=nerve_of(result["nerves"].get("left")),
        right=nerve_of(result["nerves"].get("right")),
        result_sha256=row.result_sha256,
        pictures=pictures_of(row.pictures),
        by=str(row.by),
        asked_at=row.at,
        finished_at=row.finished_at,
    )


def pictures_of(raw: Mapping[str, Any]) -> tuple[Picture, ...]:
    """{"left": {"mpr.png": name, …}, …, "profile.svg": name} as rows, in a fixed order."""
    rows = []
    for key, value in raw.items():
        if isinstance(value, str):
            rows.append(Picture("", key, value))
        else:
            rows += [Picture(key, name, stored) for name, stored in value.items()]
    return tuple(sorted(rows, key=lambda row: (row.side, row.name)))
