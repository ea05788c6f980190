"""Patients of the simulated trial at the scanner: a scan is simulated from what is true of each,
written as DICOM, brought in, checked, and measured by the system itself."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from enrollment.models import Participant
from imaging import tasks  # noqa: F401  the jobs' doors must be registered
from imaging.dicom.phantom_series import write_series
from imaging.models import Series
from imaging.models.intake import Door
from imaging.nerve.phantom import Phantom, simulate
from imaging.services.intake import add_file, close_intake, open_intake
from imaging.services.measurement import ask_measurement
from imaging.services.quality import check_quality
from reports.demo.scans import TRUTH, ends_of, files_of
from studysite.core import jobs
from studysite.core.models import Job, JobState
from studysite.core.said import say
from tests.reports.factory import Cast
from tests.reports.trial import Patient


@dataclass(frozen=True)
class Scanner:
    """What takes somebody from enrolment to the measurement. `scene`: the phantom; the head is the
    one that looks like a patient's, the plain ones are smaller and quicker."""

    folder: Path
    scene: str = "head"

    def __call__(self, cast: Cast, patient: Patient, row: Participant) -> None:
        """Scan, quality control, measurement."""
        scan = self._scan(patient)
        _bring(cast, row, files_of(scan))
        for series in Series.objects.filter(participant=row):
            check_quality(by=cast.analyst, series=series, verdict="accepted", score=4, remarks="")
        measurable = Series.objects.get(participant=row, measurable=True)
        asked = ask_measurement(by=cast.analyst, series=measurable, ends=ends_of(scan))
        _work(asked.job)
        row.refresh_from_db()

    def _scan(self, patient: Patient) -> Path:
        folder = self.folder / f"{patient.number}"
        phantom = self.phantom(patient)
        who: dict[str, Any] = {
            "patient_id": f"SIM-{patient.number}",
            "patient_name": f"Sim^{patient.number}",
            "birth_date": date(patient.born, 6, 1),
            "sex": patient.sex[0].upper(),
            "study_date": timezone.localdate(),
            "manufacturer": "SIEMENS",
        }
        write_series(phantom.volume, folder / "t2", sequence="ciss", **who)
        assert phantom.tof is not None
        write_series(phantom.tof, folder / "tof", sequence="tof", **who)
        (folder / TRUTH).write_text(json.dumps(phantom.truth), encoding="utf-8")
        return folder

    def phantom(self, patient: Patient) -> Phantom:
        """The patient's scan: both nerves of their true areas, a vessel where there is one."""
        head = {"anatomy": patient.number} if self.scene == "head" else {}
        return simulate(
            self.scene,
            seed=patient.number,
            affected=patient.side,
            diameter_mm=2 * math.sqrt(patient.unaffected_mm2 / math.pi),
            area_ratio=patient.affected_mm2 / patient.unaffected_mm2,
            vessel=patient.compressed,
            vein=patient.vessel == "vein",
            tof=True,
            **head,
        )


def _bring(cast: Cast, row: Participant, files: list[Path]) -> None:
    intake = open_intake(by=cast.coordinator, door=Door.COMMAND, participant=row)
    for path in files:
        with path.open("rb") as stream:
            add_file(by=cast.coordinator, intake=intake, stream=stream)
    _work(close_intake(by=cast.coordinator, intake=intake).job)


def _work(job: Job | None) -> None:
    assert job is not None
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, say(job.message)
