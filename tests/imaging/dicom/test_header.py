"""A header says what the file says, and nothing that it does not."""

from __future__ import annotations

import json

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.dicom.errors import DicomRefused
from imaging.dicom.header import Header, read_header
from tests.imaging.dicom.instances import ROOT, instance, part10


def test_a_header_holds_identity_geometry_and_physics():
    header = read_header(part10(instance(4)))
    assert (header.patient_id, header.patient_name) == ("HN0042137", "Wang^Xiaoming")
    assert header.sop_uid == f"{ROOT}.3.4"
    assert header.spacing_mm == (0.4, 0.4)
    assert header.position_mm == (-10.0, -20.0, 7.0)
    assert (header.field_strength_t, header.repetition_time_ms, header.echo_time_ms) == (3, 6, 2.7)
    assert header.acquisition_type == "3D"


def test_a_header_survives_json():
    header = read_header(part10(instance()))
    assert Header.from_json(json.loads(json.dumps(header.to_json()))) == header


def test_spacing_is_between_columns_then_rows():
    dataset = instance()
    dataset.PixelSpacing = [0.9, 0.4]  # DICOM: between rows first
    assert read_header(part10(dataset)).spacing_mm == (0.4, 0.9)


@pytest.mark.parametrize(
    ("charset", "raw", "name"),
    [
        ("GB18030", "王^小明".encode("gb18030"), "王^小明"),
        ("ISO_IR 192", "王^小明".encode(), "王^小明"),
        ("\\ISO 2022 IR 58", b"Wang^XiaoMing=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1\xc3\xf7", "王^小明"),
    ],
)
def test_chinese_names_are_read_in_their_character_set(charset, raw, name):
    dataset = instance()
    dataset.SpecificCharacterSet = charset.split("\\")
    dataset.PatientName = b"X" * len(raw) + b" " * (len(raw) % 2)
    data = part10(dataset).replace(b"X" * len(raw), raw)
    assert name in read_header(data).patient_name


def test_missing_geometry_is_none_not_zero():
    dataset = instance()
    del dataset.ImagePositionPatient, dataset.PixelSpacing
    dataset.ImageOrientationPatient = [1, 0, 0, 1, 0, 0]
    header = read_header(part10(dataset))
    assert header.position_mm is None
    assert header.spacing_mm is None
    assert header.orientation is None


def test_an_enhanced_image_has_a_position_a_frame():
    dataset = instance()
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(dataset, keyword)
    dataset.NumberOfFrames = 2
    dataset.PixelData = dataset.PixelData * 2
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.5, 0.5], "0.6"
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([orientation])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for z in (1.0, 1.6):
        frame, position = Dataset(), Dataset()
        position.ImagePositionPatient = [0, 0, z]
        frame.PlanePositionSequence = Sequence([position])
        frames.append(frame)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    header = read_header(part10(dataset))
    assert header.positions_mm == ((0, 0, 1), (0, 0, 1.6))
    assert header.spacing_mm == (0.5, 0.5)


def test_a_file_without_identity_is_refused():
    dataset = instance()
    del dataset.SeriesInstanceUID
    with pytest.raises(DicomRefused, match="lacks its study, series or instance UID"):
        read_header(part10(dataset))


@pytest.mark.parametrize(
    ("matrix", "phase", "acquired"),
    [
        ([0, 8, 3, 0], "COL", (0.4, 0.8)),
        ([6, 0, 0, 4], "ROW", (0.8, 0.4)),
        ([0, 6, 4, 0], "ROW", (0.8, 0.4)),  # a Siemens way of filling the slots
        ([0, 8, 6, 0], "COL", None),
        ([0, 0, 0, 0], "COL", None),
        (None, "COL", None),
    ],
)
def test_the_acquired_resolution_follows_the_phase_direction(matrix, phase, acquired):
    dataset = instance()
    dataset.AcquisitionMatrix = matrix
    dataset.InPlanePhaseEncodingDirection = phase
    assert read_header(part10(dataset)).acquired_mm == pytest.approx(acquired)
