"""MR instances made for tests: small, complete, with an identity that must not survive."""

from __future__ import annotations

import io

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

MR = "1.2.840.10008.5.1.4.1.1.4"
ROOT = "1.2.826.0.1.3680043.8.498.77"


def instance(number: int = 1, *, rows: int = 6, columns: int = 8, step_mm: float = 0.5) -> Dataset:
    """Slice `number` of an axial 3D T2 series, 0.4 mm pixels; stored value = column + 10 row."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    dataset.SOPClassUID = MR
    dataset.SOPInstanceUID = f"{ROOT}.3.{number}"
    dataset.StudyDate = dataset.SeriesDate = "20240315"
    dataset.StudyTime = "101500"
    dataset.AccessionNumber = "ACC778899"
    dataset.Modality = "MR"
    dataset.Manufacturer = "SIEMENS"
    dataset.ReferringPhysicianName = "Zhao^Min"
    dataset.StudyDescription = "Wang Xiaoming head MRI"
    dataset.SeriesDescription = "t2_ciss3d_tra_0.4mm"
    dataset.PatientName = "Wang^Xiaoming"
    dataset.PatientID = "HN0042137"
    dataset.PatientBirthDate = "19801231"
    dataset.PatientSex = "F"
    dataset.PatientAge = "043Y"
    dataset.MRAcquisitionType = "3D"
    dataset.SliceThickness = str(step_mm)
    dataset.RepetitionTime = "6"
    dataset.EchoTime = "2.7"
    dataset.MagneticFieldStrength = "3"
    dataset.ProtocolName = "t2_ciss3d_tra"
    dataset.StudyInstanceUID = f"{ROOT}.1"
    dataset.SeriesInstanceUID = f"{ROOT}.2"
    dataset.FrameOfReferenceUID = f"{ROOT}.4"
    dataset.StudyID = "S55"
    dataset.SeriesNumber = "3"
    dataset.InstanceNumber = str(number)
    dataset.ImagePositionPatient = [-10.0, -20.0, 5.0 + number * step_mm]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = rows, columns
    dataset.PixelSpacing = [0.4, 0.4]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    pixels = np.arange(columns)[None, :] + 10 * np.arange(rows)[:, None]
    dataset.PixelData = pixels.astype("<u2").tobytes()
    return dataset


def part10(
    dataset: Dataset,
    syntax: str = ExplicitVRLittleEndian,
    *,
    preamble: bytes = b"\0" * 128,
    **meta: object,
) -> bytes:
    """Part 10 bytes, written without validation: hostile values must get through."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", "")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "")
    dataset.file_meta.ImplementationClassUID = f"{ROOT}.9"
    for keyword, value in meta.items():
        setattr(dataset.file_meta, keyword, value)
    dataset.preamble = preamble
    buffer = io.BytesIO()
    mode = pydicom.config.settings.writing_validation_mode
    pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=False)
    pydicom.config.settings.writing_validation_mode = mode
    return buffer.getvalue()


def headed(syntax: bytes, body: bytes) -> bytes:
    """A hand-made file: preamble, mark, a file meta group with the transfer syntax, then `body`."""
    syntax += b"\0" * (len(syntax) % 2)
    element = b"\x02\x00\x10\x00UI" + len(syntax).to_bytes(2, "little") + syntax
    return b"\0" * 128 + b"DICM" + element + body
