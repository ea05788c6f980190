"""The part of a case that imaging knows: series, the measurement, the reads."""

from __future__ import annotations

from typing import Any

from enrollment.models import ExpectedScan, Participant
from imaging.models import Measurement, MeasurementState, Series
from reports.case.content import Adjudicated, Arrived, Expected, ReadOnce
from reports.case.nerve import Measured, nerve_of, pictures_of
from reports.case.people import answers_of


def scans_of(participant: Participant) -> tuple[Expected, ...]:
    """Every expected scan with the series that came for it."""
    rows = (
        ExpectedScan.objects.filter(visit__participant=participant)
        .select_related("visit")
        .prefetch_related("series__checks__by")
        .order_by("visit__due_on", "pk")
    )
    return tuple(
        Expected(
            visit=row.visit.key,
            sequence=row.sequence,
            required=row.required,
            state=row.state,
            series=tuple(_arrived(one) for one in sorted(row.series.all(), key=lambda one: one.pk)),
        )
        for row in rows
    )


def _arrived(row: Series) -> Arrived:
    checks = list(row.checks.all())
    check = checks[-1] if checks else None
    return Arrived(
        sequence=row.sequence,
        size=tuple(row.size),
        spacing_mm=tuple(row.spacing_mm),
        instances_count=row.instances_count,
        deviations=tuple(str(deviation) for deviation in row.deviations),
        state=row.state,
        score=check.score if check else None,
        remarks=check.remarks if check else "",
        checked_by=str(check.by) if check else "",
        checked_at=check.at if check else None,
        sha256=row.sha256,
        at=row.at,
    )


def measurement_of(participant: Participant) -> Measured | None:
    """The newest finished measurement."""
    row = (
        Measurement.objects.filter(series__participant=participant)
        .exclude(state=MeasurementState.ASKED)
        .select_related("series", "by")
        .order_by("-finished_at", "-pk")
        .first()
    )
    if row is None:
        return None
    result: dict[str, Any] = row.result or {}
    software, given = result["software"], result["input"]
    return Measured(
        sequence=row.series.sequence,
        series_sha256=row.series.sha256,
        version=row.version,
        reason=row.reason,
        state=row.state,
        software=f"{software['name']} {software['version']}",
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


def reads_of(participant: Participant) -> tuple[ReadOnce, ...]:
    """Every read. One that is not locked gives no answers away."""
    rows = participant.reads.select_related("reader").order_by("reading_id")
    return tuple(
        ReadOnce(
            reading_id=row.reading_id,
            reader=str(row.reader),
            techniques=tuple(row.techniques),
            answers=answers_of("neurovascular_read", row.answers if row.locked_at else {}),
            locked_at=row.locked_at,
        )
        for row in rows
    )


def adjudicated(participant: Participant) -> Adjudicated | None:
    """What the reads come to, or who still has to say so."""
    row = getattr(participant, "adjudication", None)
    if row is None:
        return None
    return Adjudicated(
        reading_id=row.reading_id,
        method=row.method,
        reader=str(row.reader) if row.reader else "",
        answers=answers_of("neurovascular_read", row.answers if row.at else {}),
        at=row.at,
    )
