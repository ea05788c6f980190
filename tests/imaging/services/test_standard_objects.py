"""A finished measurement leaves as standard objects, for those who may see images."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pydicom
import pytest
from django.test import Client

from imaging.models import Measurement
from imaging.services import standard_objects
from studysite.core.errors import OutOfOrder
from studysite.core.models import User
from tests.imaging.network.dcmtk import needs_dcmtk
from tests.reports.results import make_pictures

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def drawn(measured: Measurement) -> Measurement:
    """A measured case whose pictures are pictures."""
    measured.pictures = make_pictures()
    measured.save(update_fields=["pictures"])
    return measured


def got_by(user: User, row: Measurement) -> object:
    client = Client()
    client.force_login(user)
    return client.get(f"/measurements/{row.pk}/objects.zip")


def test_the_zip_holds_images_and_what_was_made_of_them(
    drawn: Measurement, monitor: User, tmp_path: Path
) -> None:
    answer = got_by(monitor, drawn)
    number = drawn.series.participant.number
    assert answer["Content-Disposition"] == f'attachment; filename="{number}-t2_3d-v1.zip"'  # type: ignore[index]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:  # type: ignore[attr-defined]
        archive.extractall(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "DICOMDIR"]
    read = [pydicom.dcmread(path) for path in files]
    kinds = ["MR"] * 24 + ["OT"] * 8 + ["SEG", "SEG", "SR"]
    assert sorted(one.Modality for one in read) == kinds
    assert (tmp_path / "DICOMDIR").exists()


@needs_dcmtk
def test_dcmtk_reads_the_directory_and_the_report(drawn: Measurement, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(standard_objects.as_zip(drawn))) as archive:
        archive.extractall(tmp_path)
    listed = subprocess.run(
        ["dcmdump", "--search", "DirectoryRecordType", tmp_path / "DICOMDIR"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    # A segmentation is an image too, and each nerve's pictures are a series.
    assert (listed.count("[IMAGE"), listed.count("[SERIES"), listed.count("[PATIENT")) == (34, 6, 1)
    (report,) = [
        path for path in tmp_path.rglob("*")
        if path.is_file() and path.name != "DICOMDIR" and pydicom.dcmread(path).Modality == "SR"
    ]  # fmt: skip
    told = subprocess.run(["dsrdump", report], capture_output=True, text=True, check=True).stdout
    assert '"1.14" (mm2,UCUM' in told


def test_what_is_not_measured_has_no_objects(measured: Measurement) -> None:
    measured.state = "asked"
    with pytest.raises(OutOfOrder):
        standard_objects.as_zip(measured)


def test_who_may_not_see_images_gets_none(
    measured: Measurement, data_manager: User, stranger: User, reader: User
) -> None:
    for user in (data_manager, stranger, reader):
        assert got_by(user, measured).status_code in (403, 404)  # type: ignore[attr-defined]
