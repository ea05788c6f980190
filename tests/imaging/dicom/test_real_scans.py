"""The two real scans beside the project, where they are present."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest

from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.header import read_header
from imaging.dicom.imaging_protocol import check_series
from imaging.dicom.series_rules import SeriesRule
from imaging.dicom.trial import TrialModule
from imaging.dicom.volumes import read_volume

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
T1 = DATA / "brain_t1_3d" / "dicoms"
T2 = DATA / "cpa_t2_2d" / "dicoms"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the real scans are not here")

KEYS = DeidKeys(b"0123456789abcdef", -1234)
TRIAL = TrialModule(sponsor="Sponsor", protocol_id="NCT04645277", subject_id="01-007")
RULES = (
    SeriesRule("t2_3d", "3D T2", ("t2",), acquisition="3D", max_slice_mm=0.8, measurable=True),
    SeriesRule("t1_3d", "3D T1", ("t1",), acquisition="3D", max_slice_mm=0.8, measurable=True),
)


def _headers(folder):
    return [read_header(path) for path in sorted(folder.iterdir())]


def test_the_t1_scan_is_an_oblique_volume_of_its_stated_size():
    volume = read_volume(T1)
    assert volume.size == (274, 384, 90)
    assert volume.spacing_mm == pytest.approx([0.7, 0.6667, 0.6667], abs=1e-3)
    assert volume.axes.T @ volume.axes == pytest.approx(np.eye(3), abs=1e-4)
    assert volume.acquired_mm is None


def test_the_patients_left_is_at_larger_x():
    """README: in N2D_0174 the patient's right nerve is at column 84, the left at 185."""
    volume, header = read_volume(T1), read_header(T1 / "N2D_0174.dcm")
    k = round(float(volume.to_index(np.array(header.position_mm))[2]))
    right, left = volume.to_patient(np.array([[84, 205, k], [185, 211, k]]))
    assert left[0] - right[0] == pytest.approx(70, abs=3)


def test_the_t2_scan_is_known_to_be_zero_filled():
    volume = read_volume(T2)
    assert volume.size == (384, 512, 24)
    assert volume.acquired_mm == pytest.approx((384 * 0.4297 / 269, 0.4297), abs=1e-3)


def test_the_t1_scan_is_measurable_with_its_silences_noted():
    finding = check_series(_headers(T1), RULES)
    assert finding.key == "t1_3d"
    assert finding.measurable
    assert [d.code for d in finding.deviations] == ["acquisition"]


def test_the_t2_scan_is_too_thick_to_measure():
    finding = check_series(_headers(T2), RULES)
    assert finding.key == "t2_3d"
    assert not finding.measurable
    assert "2.50 mm apart" in finding.deviations[0].sentence


@pytest.mark.parametrize("folder", [T1, T2], ids=["t1", "t2"])
def test_no_identifying_value_of_the_real_headers_survives(folder):
    path = sorted(folder.iterdir())[5]
    source = pydicom.dcmread(path)
    cleaned = deidentify(path, keys=KEYS, trial=TRIAL)
    read = pydicom.dcmread(io.BytesIO(cleaned))
    header = cleaned[: cleaned.index(b"\xe0\x7f\x10\x00OW")]
    secrets = {
        str(source.get(keyword) or "")
        for keyword in (
            "PatientName", "PatientID", "PatientBirthDate", "StudyDate", "SeriesDate",
            "InstitutionName", "InstitutionAddress", "StationName", "DeviceSerialNumber",
            "StudyDescription", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID",
            "FrameOfReferenceUID", "PerformedProcedureStepID", "StorageMediaFileSetUID",
        )
    } - {""}  # fmt: skip
    secrets |= {"GAGOSKI", "BORJAN", "Hanke", "Stadler", "Jane", "gdcmanon", "35235", "CSA"}
    left = [secret for secret in secrets if len(secret) > 2 and secret.encode() in header]
    assert left == []
    assert np.array_equal(read.pixel_array, source.pixel_array)
