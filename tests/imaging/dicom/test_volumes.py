"""A volume is the same volume whatever file it comes from."""

from __future__ import annotations

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from imaging.dicom.errors import DicomRefused
from imaging.dicom.volumes import digest, read_volume, write_nifti
from imaging.nerve.volume import Volume
from tests.imaging.dicom.instances import instance, part10


def _oblique() -> Volume:
    rng = np.random.default_rng(7)
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    affine = np.eye(4)
    affine[:3, :3] = axes * np.linalg.det(axes) * [0.4, 0.5, 0.8]
    affine[:3, 3] = [-12.5, 30.25, 7.75]
    return Volume(voxels=rng.normal(size=(5, 6, 7)).astype(np.float32), affine=affine)


def _folder(tmp_path, count=3, prefix="f"):
    folder = tmp_path / prefix
    folder.mkdir()
    for k in range(count):
        (folder / f"{prefix}{count - k}.dcm").write_bytes(part10(instance(k)))
    return folder


def test_a_dicom_folder_and_its_nifti_are_the_same_volume(tmp_path):
    volume = read_volume(_folder(tmp_path))
    write_nifti(volume, tmp_path / "x.nii.gz")
    again = read_volume(tmp_path / "x.nii.gz")
    assert np.array_equal(again.voxels, volume.voxels)
    assert again.affine == pytest.approx(volume.affine, abs=1e-5)


def test_an_independent_reader_finds_our_nifti_in_the_same_place(tmp_path):
    volume = _oblique()
    write_nifti(volume, tmp_path / "x.nii")
    image = nibabel.load(tmp_path / "x.nii")
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    assert image.affine == pytest.approx(to_ras @ volume.affine, abs=1e-5)
    assert np.array_equal(np.asarray(image.dataobj), volume.voxels)


@pytest.mark.parametrize("name", ["x.nrrd", "x.mha", "x.nii", "x.nii.gz"])
def test_each_itk_format_keeps_an_oblique_volume(tmp_path, name):
    volume = _oblique()
    image = sitk.GetImageFromArray(volume.voxels.transpose(2, 1, 0))
    image.SetSpacing(volume.spacing_mm.tolist())
    image.SetOrigin(volume.affine[:3, 3].tolist())
    image.SetDirection(volume.axes.ravel().tolist())
    sitk.WriteImage(image, str(tmp_path / name))
    again = read_volume(tmp_path / name)
    assert np.array_equal(again.voxels, volume.voxels)
    assert again.affine == pytest.approx(volume.affine, abs=1e-5)


def test_the_digest_of_a_folder_does_not_depend_on_file_names(tmp_path):
    first, second = _folder(tmp_path, prefix="a"), _folder(tmp_path, prefix="b")
    (second / "notes.txt").write_text("not part of the scan")
    assert digest(first) == digest(second)
    (second / "b1.dcm").write_bytes(part10(instance(9)))
    assert digest(first) != digest(second)


def _called(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def _empty(tmp_path):
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def _with_text(tmp_path):
    folder = _folder(tmp_path)
    (folder / "z.dcm").write_text("a text file called .dcm")
    return folder


def _with_cut_file(tmp_path):
    folder = _folder(tmp_path)
    whole = (folder / "f1.dcm").read_bytes()
    (folder / "f1.dcm").write_bytes(whole[:-20])
    return folder


def _four_dimensions(tmp_path):
    sitk.WriteImage(sitk.Image([3, 3, 3, 2], sitk.sitkFloat32), str(tmp_path / "x.nii"))
    return tmp_path / "x.nii"


def _not_numbers(tmp_path):
    voxels = np.full((3, 3, 3), np.nan, dtype=np.float32)
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(tmp_path / "x.mha"))
    return tmp_path / "x.mha"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda folder: folder / "none.nii", "missing"),
        (lambda folder: _called(folder, "x.txt", b"text"), "format"),
        (lambda folder: _called(folder, "x.nii.gz", b"not a volume"), "unreadable"),
        (_empty, "empty"),
        (_with_text, "not_dicom"),
        (_with_cut_file, "truncated"),
        (_four_dimensions, "dimensions"),
        (_not_numbers, "not_finite"),
    ],
)
def test_what_is_no_volume_is_refused_in_a_sentence(tmp_path, make, code):
    with pytest.raises(DicomRefused) as refused:
        read_volume(make(tmp_path))
    assert refused.value.code == code
    assert str(refused.value).endswith(".")
