"""Simulated scans are DICOM that holds the volume, and the identity of someone."""

from datetime import date

import numpy as np
import pydicom
import pytest

from imaging.dicom.phantom_series import write_series
from imaging.dicom.series import read_series
from imaging.nerve.volume import Volume

PERSON = {
    "patient_id": "H0042",
    "patient_name": "Zhang^Wei",
    "birth_date": date(1975, 5, 17),
    "study_date": date(2024, 3, 4),
}


@pytest.fixture
def oblique():
    rng = np.random.default_rng(1)
    turn = np.radians(12)
    affine = np.eye(4)
    affine[:3, :3] = np.array(
        [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
    ) @ np.diag([0.4, 0.5, 0.8])
    affine[:3, 3] = [-10.5, 3.25, 41.0]
    return Volume(rng.integers(0, 1400, (20, 14, 6)).astype(np.float32), affine)


@pytest.mark.parametrize("manufacturer", ["SIEMENS", "GE", "PHILIPS"])
def test_the_series_reads_back_as_the_same_volume(tmp_path, oblique, manufacturer):
    files = write_series(oblique, tmp_path, manufacturer=manufacturer, **PERSON)
    volume = read_series(files)
    assert volume.size == (20, 14, 6)
    np.testing.assert_allclose(volume.affine, oblique.affine, atol=1e-6)
    np.testing.assert_allclose(volume.voxels, oblique.voxels, atol=0.51)


@pytest.mark.parametrize("manufacturer", ["SIEMENS", "GE", "PHILIPS"])
def test_identity_is_there_to_be_removed(tmp_path, oblique, manufacturer):
    path = write_series(oblique, tmp_path, manufacturer=manufacturer, **PERSON)[0]
    header = pydicom.dcmread(path)
    assert header.PatientName == "Zhang^Wei"
    assert any(
        element.tag.is_private and b"Zhang^Wei" in str(element.value).encode() for element in header
    )
    assert header.MagneticFieldStrength == 3


def test_companions_share_the_study_and_its_frame_of_reference(tmp_path, oblique):
    first = pydicom.dcmread(write_series(oblique, tmp_path / "a", sequence="ciss", **PERSON)[0])
    second = pydicom.dcmread(write_series(oblique, tmp_path / "b", sequence="tof", **PERSON)[0])
    assert first.StudyInstanceUID == second.StudyInstanceUID
    assert first.FrameOfReferenceUID == second.FrameOfReferenceUID
    assert first.SeriesInstanceUID != second.SeriesInstanceUID
    assert second.AngioFlag == "Y"


def test_the_same_call_gives_the_same_bytes(tmp_path, oblique):
    first = write_series(oblique, tmp_path / "a", **PERSON)
    again = write_series(oblique, tmp_path / "b", **PERSON)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]


def test_zero_filling_shows_in_the_acquisition_matrix(tmp_path, oblique):
    filled = Volume(oblique.voxels, oblique.affine, acquired_mm=(0.8, 1.0))
    header = pydicom.dcmread(write_series(filled, tmp_path, **PERSON)[0])
    assert list(header.AcquisitionMatrix) == [0, 10, 7, 0]
    assert read_series(sorted(tmp_path.iterdir())).acquired_mm == pytest.approx((0.8, 1.0))


def test_a_chinese_name_is_kept(tmp_path, oblique):
    person = PERSON | {"patient_name": "Zhang^Wei=张^伟"}
    header = pydicom.dcmread(write_series(oblique, tmp_path, **person)[0])
    assert header.PatientName.ideographic == "张^伟"
