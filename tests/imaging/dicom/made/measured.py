"""A measurement with made-up numbers on an oblique, anisotropic series, as it is stored."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset

from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.made.occupancy import in_order
from imaging.dicom.made.source import Measured
from imaging.dicom.phantom_series import write_series
from imaging.dicom.trial import TrialModule
from imaging.nerve.volume import Volume
from tests.imaging.results import result
from tests.imaging.scans import BORN_ON, NAME, SCANNED_ON, SIZE

TRIAL = TrialModule(
    sponsor="Hospital", protocol_id="NCT04645277", site_id="XA", subject_id="XA-001",
    time_point_id="baseline", series_id="t2_3d",
)  # fmt: skip
STEPS_MM = (0.5, 0.5, 0.8)


def oblique() -> Volume:
    """Noise, turned about two axes, with slices thicker than its pixels."""
    a, b = 0.35, -0.2
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    turn = turn @ np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    affine = np.eye(4)
    affine[:3, :3] = turn * STEPS_MM
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(SIZE) - 1) / 2)
    voxels = np.random.default_rng(5).uniform(100, 900, SIZE).astype(np.float32)
    return Volume(voxels=voxels, affine=affine)


def images(folder: Path) -> list[Dataset]:
    """The series, de-identified, in order."""
    paths = write_series(
        oblique(), folder, patient_id="H1", patient_name=NAME, birth_date=BORN_ON,
        study_date=SCANNED_ON,
    )  # fmt: skip
    keys = DeidKeys(b"0123456789abcdef", -3)
    clean = [deidentify(path, keys=keys, trial=TRIAL) for path in paths]
    return in_order([pydicom.dcmread(io.BytesIO(content)) for content in clean])


def document(**nerves: dict[str, Any]) -> dict[str, Any]:
    """Two bent nerves of 1.5 and 2 mm², left and right of the middle."""
    made = result(**nerves)
    for side, sign, area in (("left", 1.0, 1.5), ("right", -1.0, 2.0)):
        nerve = made["nerves"][side]
        for section in nerve.get("profile", []):
            along = section["arc_mm"]
            section["centre_mm"] = [sign * (2 + along), 0.3 * np.sin(along), 0.1 * along]
            section["area_mm2"] = area
    return made


def measured(folder: Path, **nerves: dict[str, Any]) -> Measured:
    """Version 1 of it."""
    return Measured(images(folder), document(**nerves), 1)
