"""Scans of the demo study: simulated, written as DICOM, and brought in like any other."""

from __future__ import annotations

import json
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from imaging.dicom.phantom_scanners import Manufacturer, Sequence
from imaging.dicom.phantom_series import write_series
from imaging.nerve.phantom import simulate
from reports.demo.people import Patient

TRUTH = "truth.json"
MAKERS: tuple[Manufacturer, ...] = ("SIEMENS", "GE", "PHILIPS")
SEQUENCES: dict[Manufacturer, Sequence] = {"SIEMENS": "ciss", "GE": "fiesta", "PHILIPS": "space"}


def simulate_all(
    patients: list[Patient], folder: Path, scanned_on: date
) -> dict[str, Future[Path]]:
    """Begin to simulate every patient's scan on both cores; each future is the scan's folder."""
    # Spawned, not forked: the parent holds open database connections and threads.
    pool = ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn"))
    futures = {
        patient.hospital_number: pool.submit(
            simulate_scan, patient, folder / patient.hospital_number, scanned_on
        )
        for patient in patients
    }
    pool.shutdown(wait=False)
    return futures


def simulate_scan(patient: Patient, folder: Path, scanned_on: date) -> Path:
    """Write one patient's T2 cisternography and TOF angiogram as DICOM, with the truth beside."""
    if (folder / TRUTH).exists():
        return folder
    phantom = simulate(
        "head",
        seed=patient.seed,
        anatomy=patient.seed,
        affected=patient.side,
        area_ratio=patient.area_ratio,
        vessel=patient.gap_mm is not None,
        vessel_gap_mm=patient.gap_mm or 0.0,
        tof=True,
    )
    maker = MAKERS[patient.seed % len(MAKERS)]
    who: dict[str, Any] = {
        "patient_id": patient.hospital_number,
        "patient_name": patient.name.replace(" ", "^"),
        "birth_date": patient.birth_on,
        "study_date": scanned_on,
        "sex": patient.sex[0].upper(),
        "manufacturer": maker,
    }
    write_series(phantom.volume, folder / "t2", sequence=SEQUENCES[maker], **who)
    if phantom.tof is not None:
        write_series(phantom.tof, folder / "tof", sequence="tof", **who)
    (folder / TRUTH).write_text(json.dumps(phantom.truth), encoding="utf-8")
    return folder


def files_of(folder: Path) -> list[Path]:
    """The DICOM files of a simulated scan."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != TRUTH)


def ends_of(folder: Path) -> dict[str, dict[str, list[float]]]:
    """Where an analyst would click: the true ends, to a tenth of a millimetre."""
    truth = json.loads((folder / TRUTH).read_text(encoding="utf-8"))
    return {
        side: {name: [round(float(x), 1) for x in point] for name, point in ends.items()}
        for side, ends in truth["ends"].items()
    }
