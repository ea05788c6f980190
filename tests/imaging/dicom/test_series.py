"""A series is one right-angled volume, or says why it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.errors import DicomRefused
from imaging.dicom.header import read_header
from imaging.dicom.series import group_series, mixed_patients, read_frames, read_series
from imaging.dicom.trial import TrialModule
from tests.imaging.dicom.instances import instance, part10

OBLIQUE = [0.8, 0.6, 0.0, -0.48, 0.64, 0.6]


def _write(folder, datasets, syntax="1.2.840.10008.1.2.1"):
    paths = []
    for number, dataset in enumerate(datasets):
        path = folder / f"f{number}.dcm"
        path.write_bytes(part10(dataset, syntax))
        paths.append(path)
    return paths


def _series(count=4, **options):
    return [instance(number, **options) for number in range(count)]


def test_a_series_is_sorted_by_place_not_by_name(tmp_path):
    datasets = _series(4)
    for value, dataset in enumerate(datasets):
        dataset.PixelData = np.full((6, 8), value, "<u2").tobytes()
    volume = read_series(_write(tmp_path, [datasets[k] for k in (2, 0, 3, 1)]))
    assert volume.size == (8, 6, 4)
    assert volume.voxels[0, 0].tolist() == [0, 1, 2, 3]
    assert volume.to_patient(np.array([0, 0, 0])).tolist() == [-10, -20, 5]
    assert volume.to_patient(np.array([1, 2, 3])) == pytest.approx([-9.6, -19.2, 6.5])


def test_an_oblique_anisotropic_series_keeps_each_voxel_in_its_place(tmp_path):
    normal = np.cross(OBLIQUE[:3], OBLIQUE[3:])
    datasets = _series(3)
    for k, dataset in enumerate(datasets):
        dataset.ImageOrientationPatient = OBLIQUE
        dataset.PixelSpacing = [0.7, 0.3]
        dataset.ImagePositionPatient = (np.array([1.0, 2.0, 3.0]) + 1.1 * k * normal).tolist()
    volume = read_series(_write(tmp_path, datasets))
    expected = np.array([1, 2, 3]) + 0.3 * 5 * np.array(OBLIQUE[:3])
    expected = expected + 0.7 * 4 * np.array(OBLIQUE[3:]) + 1.1 * 2 * normal
    assert volume.to_patient(np.array([5, 4, 2])) == pytest.approx(expected)
    assert volume.voxels[5, 4, 2] == 45
    assert np.linalg.det(volume.affine[:3, :3]) > 0


def test_signed_pixels_and_rescale_give_real_values(tmp_path):
    datasets = _series(2)
    for dataset in datasets:
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 15, 1
        dataset.PixelData = np.full((6, 8), -300, "<i2").tobytes()
        dataset.RescaleSlope, dataset.RescaleIntercept = "2", "50"
    volume = read_series(_write(tmp_path, datasets))
    assert volume.voxels.dtype == np.float32
    assert np.all(volume.voxels == -550)


def test_each_encoding_gives_the_same_voxels(tmp_path):
    plain = read_series(_write(tmp_path, _series(2)))
    big = _series(2)
    for dataset in big:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    packed = _series(2)
    for dataset in packed:
        part10(dataset)
        dataset.compress(RLELossless)
    for datasets, syntax in (
        (_series(2), ImplicitVRLittleEndian),
        (big, ExplicitVRBigEndian),
        (packed, RLELossless),
    ):
        volume = read_series(_write(tmp_path, datasets, syntax))
        assert np.array_equal(volume.voxels, plain.voxels), syntax


@pytest.mark.parametrize("name", ["jp2klossless", "jpeg_ls_lossless", "RLE", "bigendian"])
def test_the_decoders_of_others_files_agree_with_the_plain_one(name):
    folder = Path(pydicom.data.__file__).parent / "test_files"
    plain = read_frames(folder / "MR_small.dcm")
    assert np.array_equal(read_frames(folder / f"MR_small_{name}.dcm"), plain)


def _enhanced(positions):
    dataset = instance()
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(dataset, keyword)
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4.1"
    dataset.NumberOfFrames = len(positions)
    values = [np.full((6, 8), k, "<u2") for k in range(len(positions))]
    dataset.PixelData = b"".join(v.tobytes() for v in values)
    shared = _holding(
        PixelMeasuresSequence=_holding(PixelSpacing=[0.4, 0.4]),
        PlaneOrientationSequence=_holding(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
        PixelValueTransformationSequence=_holding(RescaleSlope="2", RescaleIntercept="1"),
    )
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(
        [
            _holding(PlanePositionSequence=_holding(ImagePositionPatient=[0, 0, z]))
            for z in positions
        ]
    )
    return dataset


def _holding(**values):
    dataset = Dataset()
    for keyword, value in values.items():
        held = Sequence([value]) if isinstance(value, Dataset) else value
        setattr(dataset, keyword, held)
    return dataset


def test_an_enhanced_image_is_a_volume_before_and_after_de_identification(tmp_path):
    source = _write(tmp_path, [_enhanced([2.0, 1.0, 1.5])])
    trial = TrialModule(sponsor="S", protocol_id="NCT04645277", subject_id="01-007")
    cleaned = tmp_path / "cleaned.dcm"
    keys = DeidKeys(b"0123456789abcdef", -37)
    cleaned.write_bytes(deidentify(source[0], keys=keys, trial=trial))
    for volume in (read_series(source), read_series([cleaned])):
        assert volume.size == (8, 6, 3)
        assert volume.voxels[0, 0].tolist() == [3, 5, 1]
        assert volume.spacing_mm == pytest.approx([0.4, 0.4, 0.5])


def _doubled():
    return [*_series(4), _with(instance(9), ImagePositionPatient=[-10, -20, 5.5])]


def _with(dataset, **values):
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def _tilted():
    return [
        _with(instance(k), ImagePositionPatient=[-10, -20 + 0.1 * k, 5 + 0.5 * k]) for k in range(4)
    ]


def _without(keyword):
    datasets = _series(3)
    delattr(datasets[1], keyword)
    return datasets


PROBLEMS = {
    "missing_slices": lambda: [instance(k) for k in (0, 1, 2, 4, 5)],
    "doubled_slices": _doubled,
    "uneven_slices": lambda: [
        _with(instance(k), ImagePositionPatient=[-10, -20, z])
        for k, z in enumerate((0, 0.5, 1.1, 1.6, 2.1))
    ],
    "tilted": _tilted,
    "one_slice": lambda: [instance(1)],
    "no_geometry": lambda: _without("ImagePositionPatient"),
    "mixed_orientation": lambda: [
        instance(1),
        _with(instance(2), ImageOrientationPatient=[0, 1, 0, 0, 0, -1]),
    ],
    "mixed_sizes": lambda: [instance(1), instance(2, rows=7)],
    "mixed_spacing": lambda: [instance(1), _with(instance(2), PixelSpacing=[0.5, 0.4])],
    "mixed_patients": lambda: [instance(1), _with(instance(2), PatientID="OTHER")],
    "several_series": lambda: [instance(1), _with(instance(2), SeriesInstanceUID="1.2.3")],
    "conflict": lambda: [instance(1), _with(instance(1), EchoTime="9")],
    "no_pixels": lambda: _without("PixelData"),
    "mosaic": lambda: [_with(d, ImageType=["ORIGINAL", "PRIMARY", "MOSAIC"]) for d in _series(2)],
}


@pytest.mark.parametrize("code", PROBLEMS)
def test_what_is_not_one_volume_is_refused_with_its_reason(tmp_path, code):
    paths = _write(tmp_path, PROBLEMS[code]())
    if code == "conflict":
        with pytest.raises(DicomRefused) as refused:
            group_series(read_header(path) for path in paths)
    else:
        with pytest.raises(DicomRefused) as refused:
            read_series(paths)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")


def test_several_series_are_named():
    headers = [
        read_header(part10(instance(1))),
        read_header(part10(_with(instance(2), SeriesInstanceUID="1.2.3", SeriesDescription="TOF"))),
    ]
    groups = group_series(headers)
    assert [len(g) for g in groups.values()] == [1, 1]


def test_the_same_instance_twice_is_one():
    header = read_header(part10(instance(1)))
    assert [len(g) for g in group_series([header, header]).values()] == [1]


def test_a_study_of_two_patients_stops():
    mine = read_header(part10(instance(1)))
    yours = read_header(part10(_with(instance(2), PatientID="OTHER")))
    assert mixed_patients([mine, mine]) is None
    problem = mixed_patients([mine, yours])
    assert problem is not None
    assert "2 different patient IDs" in problem.sentence
