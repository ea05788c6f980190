"""Series put on the study's shelf without the way in, for tests of what comes after."""

from __future__ import annotations

import tempfile
from pathlib import Path

from enrollment.models import ExpectedScan, Participant
from enrollment.protocol.loader import current
from imaging import storage
from imaging.dicom.header import read_header
from imaging.dicom.sandbox import Deidentified
from imaging.models import Intake, Series
from imaging.models.intake import Door
from imaging.services.matching import Matched
from imaging.services.shelf import Line, Stored, record
from studysite.core.acts import acting
from studysite.core.models import User
from tests.imaging.scans import SIZE, write_scan

SEQUENCES = {"t2_3d": "ciss", "tof_3d": "tof", "t1_3d": "space"}


def shelve(participant: Participant, sequence: str, by: User, seed: int = 1) -> Series:
    """A stored series of a participant, as the way in leaves it."""
    scan = ExpectedScan.objects.get(visit__participant=participant, sequence=sequence)
    return Series.objects.get(pk=shelve_for(scan, by, seed)["series"])


def shelve_for(scan: ExpectedScan, by: User, seed: int) -> Line:
    """What became of a series that was matched to a scan as it is here."""
    participant, plan = scan.visit.participant, current().scan(scan.sequence)
    intake = Intake.objects.create(site=participant.site, door=Door.COMMAND, by=by)
    with tempfile.TemporaryDirectory() as folder:
        paths = write_scan(
            Path(folder), participant.number, seed=seed, sequence=SEQUENCES[scan.sequence]
        )
        files = [_deidentified(path) for path in paths]
        frame = read_header(paths[0]).frame_of_reference_uid
        with acting(by, "test_shelve", subject=participant.number):
            return record(
                intake,
                Stored(
                    matched=Matched(participant, scan, (), plan.measurable),
                    files=files,
                    sources=[file.path for file in files],
                    sources_sha256=[file.sha256 for file in files],
                    contents_sha256=[file.sha256 for file in files],
                    frame_of_reference_uid=frame,
                    size=SIZE,
                    spacing_mm=(0.5, 0.5, 0.5),
                ),
            )


def _deidentified(path: Path) -> Deidentified:
    header = read_header(path)
    content = path.read_bytes()
    return Deidentified(
        path=path,
        sha256=storage.keep_scan(content),
        size=len(content),
        sop_uid=header.sop_uid,
        series_uid=header.series_uid,
        study_uid=header.study_uid,
    )
