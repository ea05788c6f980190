"""Small scans made for tests, as full of identity as real ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from imaging.dicom.phantom_series import write_series
from imaging.nerve.volume import Volume

SIZE = (40, 36, 24)
NAME = "Ouyang^Canary"
BORN_ON = date(1980, 5, 17)
SCANNED_ON = date(2026, 3, 9)


def noise(seed: int = 1, size: tuple[int, int, int] = SIZE, step_mm: float = 0.5) -> Volume:
    """A block of noise about the origin: enough of a scan for everything but measuring."""
    voxels = np.random.default_rng(seed).uniform(100, 900, size).astype(np.float32)
    affine = np.diag([step_mm, step_mm, step_mm, 1.0])
    affine[:3, 3] = -step_mm * (np.array(size) - 1) / 2
    return Volume(voxels=voxels, affine=affine)


def write_scan(folder: Path, patient_id: str, *, seed: int = 1, **header: Any) -> list[Path]:
    """One series of noise as DICOM files."""
    values: dict[str, Any] = {
        "patient_name": NAME,
        "birth_date": BORN_ON,
        "study_date": SCANNED_ON,
        "sequence": "ciss",
    }
    return write_series(noise(seed), folder, patient_id=patient_id, **(values | header))
