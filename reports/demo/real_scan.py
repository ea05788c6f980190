"""One more participant, whose scan is a folder of real DICOM files (`DICOM=DIR make demo`)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from enrollment.journey import State
from enrollment.models import ExpectedScan, Participant, ScanState
from imaging.dicom.header import Header
from imaging.dicom.sandbox import Refusal, inspect_files
from imaging.dicom.volumes import digest
from imaging.models import Measurement
from imaging.services.expected import record_not_done
from reports.demo import stage, story
from reports.demo.people import Patient
from studysite.core.errors import Invalid
from studysite.core.said import say as spoken

ENDS_FOLDER = Path(__file__).parent / "ends"
NOT_SAID = date(1976, 1, 1)


def patient_of(folder: Path) -> Patient:
    """A patient for the scan: its own patient ID and sex where it says them, the rest made up."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    if not files:
        raise Invalid(f"There are no files in {folder.name}, so there is no scan to bring in.")
    header = next((h for h in inspect_files(files[:20]) if not isinstance(h, Refusal)), None)
    if header is None:
        raise Invalid(f"None of the first files in {folder.name} is a DICOM file.")
    return Patient(
        hospital_number=header.patient_id.strip() or "DEMO-UNNAMED",
        name="Made Up",
        birth_on=NOT_SAID,
        sex=_sex(header),
        side="left",
        onset="2019",
        arm="3d",
        target=State.MEASURED,
        seed=16,
    )


def _sex(header: Header) -> str:
    return {"M": "male", "F": "female"}.get(header.sex, "other")


def known_ends(folder: Path) -> dict[str, Any] | None:
    """End points for a scan: `ends.json` beside or in its folder, else ours for a known one."""
    for path in (folder / "ends.json", folder.with_suffix(".ends.json")):
        if path.is_file():
            return _ends_in(path)
    sha256 = digest(folder)
    for path in sorted(ENDS_FOLDER.glob("*.json")):
        known = json.loads(path.read_text(encoding="utf-8"))
        if known["sha256"] == sha256:
            return dict(known["ends"])
    return None


def _ends_in(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["ends"])
    except (ValueError, KeyError, TypeError) as error:
        sentence = 'is not {"ends": {"left": {"brainstem_mm": [x, y, z], "canal_mm": [x, y, z]}}}'
        raise Invalid(f"{path.name} {sentence}.") from error


def play(folder: Path, cast: story.Cast, say: stage.Say) -> stage.Part:
    """Take the participant of a real scan from screening as far as the scan allows."""
    part = stage.Part(patient_of(folder), story.find_or_screen(patient_of(folder), cast))
    participant = part.participant
    story.take_in(part.patient, participant, cast)
    if participant.state == State.ENROLLED and not participant.series.exists():
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        job = stage.send(files, participant, cast)
        stage.settle([job])
        _say_outcome(participant, say)
    _settle_missing(participant, cast)
    story.check_scans(participant, cast)
    participant.refresh_from_db()
    _measure(participant, folder, cast, say)
    return part


def _say_outcome(participant: Participant, say: stage.Say) -> None:
    intake = participant.intakes.first()
    for line in intake.outcome if intake else []:
        say(f"  {line['status']}: {spoken(line['sentence'])}")


def _settle_missing(participant: Participant, cast: story.Cast) -> None:
    """What the real scan lacks is recorded as not done, so that the rest can go on."""
    if not participant.series.exists():
        return
    missing = ExpectedScan.objects.filter(
        visit__participant=participant, required=True, state=ScanState.EXPECTED
    )
    for scan in missing.select_related("visit"):
        record_not_done(
            by=cast.coordinator, scan=scan, reason="The given scan holds no such series."
        )


def _measure(
    participant: Participant, folder: Path, cast: story.Cast, say: stage.Say
) -> Measurement | None:
    ends = known_ends(folder)
    if ends is None:
        say("  No end points are known for this scan: set them on its scan page.")
        return None
    measurement = story.ask_to_measure(participant, ends, cast)
    if measurement and measurement.job:
        stage.settle([measurement.job])
        measurement.refresh_from_db()
    return measurement
