"""What became of an arrival, put into the database: stored series, and what waits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from enrollment.models import ScanState
from enrollment.protocol.loader import current
from enrollment.services.deviations import note_deviation
from enrollment.services.query_findings import ask_about_series
from enrollment.services.visits import mark_scan, settle_scans
from imaging import storage
from imaging.dicom.sandbox import Deidentified
from imaging.models import Held, HeldFile, Instance, Intake, Series
from imaging.services.matching import Matched, Waits, overtaken
from studysite.core.said import said


@dataclass(frozen=True)
class Stored:
    """A series on the shelf, de-identified, and not yet in the database.

    size in voxels and spacing in mm along columns, rows, slices.
    """

    matched: Matched
    files: Sequence[Deidentified]
    sources: Sequence[Path]
    sources_sha256: Sequence[str]
    contents_sha256: Sequence[str]
    frame_of_reference_uid: str
    size: tuple[int, ...]
    spacing_mm: tuple[float, ...]


@dataclass(frozen=True)
class Waiting:
    """Files sealed in quarantine, and not yet in the database. No modality: not DICOM at all."""

    why: Waits
    modality: str
    digests: Sequence[str]


Line = dict[str, str | int]


def record(intake: Intake, result: Stored | Waiting) -> Line:
    """Put one result into the database; the line that says what became of it."""
    if isinstance(result, Waiting):
        return _record_waiting(intake, result)
    first, found = result.files[0], result.matched
    known = Series.objects.filter(uid=first.series_uid).exists()
    why = _clash(result) or (None if known else overtaken(found))
    if why is not None:
        digests = [storage.seal(path.read_bytes()) for path in result.sources]
        return _record_waiting(intake, Waiting(why, "MR", digests))
    values = {"scan": current().scan(found.scan.sequence).in_both, "count": len(result.files)}
    if known:
        sentence = said("%(scan)s, %(count)s files: already stored.", **values)
        return {"status": "stored", "code": "already", "sentence": sentence}
    series = _record_series(intake, result)
    _note_deviations(series)
    mark_scan(found.scan, ScanState.RECEIVED)
    settle_scans(found.participant)
    number = found.participant.number
    sentence = said("%(scan)s, %(count)s files: stored for %(number)s.", number=number, **values)
    if series.deviations:
        sentence = said(
            "%(scan)s, %(count)s files: stored for %(number)s. Departures from the imaging "
            "protocol: %(departures)s.",
            number=number,
            departures=len(series.deviations),
            **values,
        )
    return {"status": "stored", "code": "stored", "series": series.pk, "sentence": sentence}


def _note_deviations(series: Series) -> None:
    """Where the series departs from the imaging protocol, the participant's log says so, and a
    query asks about it."""
    for deviation in {each["code"]: each for each in series.deviations}.values():
        ask_about_series(
            series.participant,
            visit=series.scan.visit.key,
            name=str(series.pk),
            code=deviation["code"],
            sentence=deviation["sentence"],
        )
        note_deviation(
            series.participant,
            by=series.intake.by,
            source="imaging_check",
            category="imaging",
            sentence=deviation["sentence"],
        )


def _record_series(intake: Intake, result: Stored) -> Series:
    first, found = result.files[0], result.matched
    series = Series.objects.create(
        uid=first.series_uid,
        participant=found.participant,
        scan=found.scan,
        intake=intake,
        sequence=found.scan.sequence,
        study_uid=first.study_uid,
        frame_of_reference_uid=result.frame_of_reference_uid,
        modality="MR",
        size=list(result.size),
        spacing_mm=list(result.spacing_mm),
        instances_count=len(result.files),
        sha256=_digest(result.files),
        deviations=list(found.deviations),
        measurable=found.measurable,
    )
    Instance.objects.bulk_create(
        Instance(
            series=series,
            uid=file.sop_uid,
            number=number,
            sha256=file.sha256,
            source_sha256=source,
            content_sha256=content,
            bytes_count=file.size,
        )
        for number, (file, source, content) in enumerate(
            zip(result.files, result.sources_sha256, result.contents_sha256, strict=True), start=1
        )
    )
    return series


def _record_waiting(intake: Intake, result: Waiting) -> Line:
    key = hashlib.sha256("".join(sorted(result.digests)).encode()).hexdigest()
    held, made = Held.objects.get_or_create(
        intake=intake,
        key=key,
        defaults={
            "code": result.why.code,
            "reason": result.why.reason,
            "modality": result.modality[:16],
            "files_count": len(result.digests),
        },
    )
    if made:
        HeldFile.objects.bulk_create(
            HeldFile(held=held, sha256=digest) for digest in sorted(set(result.digests))
        )
    status = "waiting" if result.modality else "refused"
    return {
        "status": status,
        "code": result.why.code,
        "held": held.pk,
        "sentence": result.why.reason,
    }


def _clash(result: Stored) -> Waits | None:
    """The same instance again is one instance; the same UID with other bytes is a conflict, and so
    are more files of a series that is already stored."""
    uids = [file.sop_uid for file in result.files]
    contents = dict(zip(uids, result.contents_sha256, strict=True))
    sources = dict(zip(uids, result.sources_sha256, strict=True))
    known = Instance.objects.filter(uid__in=contents)
    # A row of before contents were kept has its file's digest alone.
    if any(
        contents[row.uid] != row.content_sha256
        if row.content_sha256
        else sources[row.uid] != row.source_sha256
        for row in known
    ):
        return Waits(
            "conflict", said("An image with the same identifier but other content is stored.")
        )
    series = Series.objects.filter(uid=result.files[0].series_uid).first()
    if series and len(known) < len(sources):
        return Waits("more_of_series", said("More images came of a series that is already stored."))
    if series and series.participant_id != result.matched.participant.pk:
        return Waits("another_participant", said("This series is already stored for someone else."))
    return None


def _digest(files: Sequence[Deidentified]) -> str:
    digests = sorted(file.sha256 for file in files)
    return hashlib.sha256("".join(digests).encode()).hexdigest()
