"""A case's summary as a DICOM object."""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

import pydicom
import pytest

from imaging.dicom.made.encapsulated import encapsulated, pdf_in
from tests.imaging.dicom.made.measured import images
from tests.imaging.dicom.made.test_made import BIN

PDF = b"%PDF-1.7 odd"
AT = datetime.datetime(2026, 11, 25, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    source = images(folder / "scan")[0]
    document = encapsulated(source, PDF, version=2, title="Case summary", software="1", at=AT)
    document.save_as(folder / "document.dcm", enforce_file_format=True)
    return folder / "document.dcm"


@pytest.mark.parametrize("tool", [BIN / "dciodvfy", Path("/usr/bin/dciodvfy")], ids=["new", "old"])
def test_dciodvfy_finds_no_error(made: Path, tool: Path) -> None:
    if not tool.exists():
        pytest.skip("this dciodvfy is not installed")
    done = subprocess.run([tool, made], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).splitlines()
    assert [line for line in said if line.startswith("Error")] == []


def test_the_pdf_comes_out_as_it_went_in(made: Path) -> None:
    assert pdf_in(pydicom.dcmread(made)) == PDF


def test_it_makes_no_claim_of_the_images(made: Path) -> None:
    read = pydicom.dcmread(made)
    assert (read.PatientID, read.PatientIdentityRemoved) == ("XA-001", "NO")
    assert "DeidentificationMethodCodeSequence" not in read
    assert "ClinicalTrialSeriesID" not in read
