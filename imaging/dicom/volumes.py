"""Volumes from disk and to disk, whatever the format: a DICOM folder, NIfTI, NRRD or MetaImage."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from imaging.dicom.bounds import MARK, PREAMBLE_BYTES
from imaging.dicom.errors import DicomRefused
from imaging.dicom.series import read_series
from imaging.nerve.volume import Volume
from imaging.told import told

ITK_SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")


def read_volume(path: Path) -> Volume:
    """A folder holding one DICOM series, one DICOM file, or a NIfTI, NRRD or MHA file.

    Patient coordinates are LPS whatever the format. Raises DicomRefused with a sentence.
    """
    if not path.exists():
        raise DicomRefused("missing", told("%(file)s does not exist.", file=path))
    if path.is_dir() or _looks_dicom(path):
        return read_series(dicom_files(path))
    if path.name.lower().endswith(ITK_SUFFIXES):
        return _read_itk(path)
    raise DicomRefused(
        "format",
        told("%(file)s is no DICOM folder and no NIfTI, NRRD or MHA file.", file=path.name),
    )


def digest(path: Path) -> str:
    """SHA-256 that names the input: of a file's bytes, or, for a DICOM folder, of the sorted
    digests of its files, so that renaming or moving files does not change it."""
    files = dicom_files(path) if path.is_dir() else [path]
    digests = sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def dicom_files(path: Path) -> list[Path]:
    """The DICOM files of a folder and its subfolders, by name; a lone file is itself.

    A file that is called DICOM and is not stops: leaving it out would hide a missing slice.
    """
    if path.is_file():
        return [path]
    files = []
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        if _looks_dicom(file):
            if file.name.upper() != "DICOMDIR":
                files.append(file)
        elif file.name.lower().endswith(DICOM_SUFFIXES):
            raise DicomRefused(
                "not_dicom",
                told("%(file)s is not a DICOM file, though it says so.", file=file.name),
            )
    if not files:
        raise DicomRefused(
            "empty", told("The folder %(file)s holds no DICOM file.", file=path.name)
        )
    return files


def _looks_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(PREAMBLE_BYTES + 4)[PREAMBLE_BYTES:] == MARK
    except OSError as trouble:
        raise DicomRefused(
            "unreadable",
            told("%(file)s cannot be read: %(why)s.", file=path.name, why=trouble.strerror),
        ) from None


def _read_itk(path: Path) -> Volume:
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError:
        raise DicomRefused(
            "unreadable", told("%(file)s cannot be read as a volume.", file=path.name)
        ) from None
    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
        raise DicomRefused(
            "dimensions", told("%(file)s is not one scalar volume of three axes.", file=path.name)
        )
    direction = np.array(image.GetDirection()).reshape(3, 3)
    affine = np.eye(4)
    affine[:3, :3] = direction * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    voxels = np.ascontiguousarray(sitk.GetArrayFromImage(image).transpose(2, 1, 0), np.float32)
    if not np.all(np.isfinite(voxels)):
        raise DicomRefused(
            "not_finite", told("%(file)s holds voxels that are not numbers.", file=path.name)
        )
    return Volume(voxels=voxels, affine=affine)


def write_nifti(volume: Volume, path: Path) -> None:
    """Write `.nii` or `.nii.gz`, float32. SimpleITK turns LPS into NIfTI's RAS itself."""
    image = sitk.GetImageFromArray(np.asarray(volume.voxels, np.float32).transpose(2, 1, 0))
    image.SetSpacing([float(s) for s in volume.spacing_mm])
    image.SetOrigin([float(o) for o in volume.affine[:3, 3]])
    image.SetDirection([float(d) for d in volume.axes.ravel()])
    sitk.WriteImage(image, str(path), useCompression=path.name.endswith(".gz"))
