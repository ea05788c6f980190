"""A measurement and its objects, made once for the tests of a module."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imaging.dicom.made.captures import capture
from imaging.dicom.made.report import report
from imaging.dicom.made.segmentation import segmentation
from imaging.dicom.made.source import Measured
from tests.imaging.dicom.made.measured import measured

PIXELS = np.random.default_rng(1).integers(0, 255, (20, 30, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Measured, dict[str, Path]]:
    """A measurement, and its objects as files."""
    folder = tmp_path_factory.mktemp("made")
    of = measured(folder / "scan")
    binary = segmentation(of, "BINARY")
    objects = {
        "binary": binary,
        "fractional": segmentation(of, "FRACTIONAL"),
        "report": report(of, binary),
        "picture": capture(of, 1, "left", "mpr.png", PIXELS),
    }
    for name, dataset in objects.items():
        dataset.save_as(folder / f"{name}.dcm", enforce_file_format=True)
    return of, {name: folder / f"{name}.dcm" for name in objects}
