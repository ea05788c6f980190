"""Write a simulated volume as a DICOM MR series, as full of identity as a real one.

Names, dates, private groups and free text are there on purpose: what leaves this module must go
through de-identification like any scan from a hospital.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage
from pydicom.valuerep import DSfloat

from imaging.dicom.phantom_scanners import (
    PHYSICS,
    SCANNERS,
    Manufacturer,
    Physics,
    Scanner,
    Sequence,
)
from imaging.nerve.volume import Volume

INSTITUTION = "First Affiliated Hospital of Xi'an Jiaotong University"
ADDRESS = "277 Yanta West Road, Xi'an, Shaanxi, 710061, CN"
LARGEST_PIXEL = 4095
TESLA_TO_MHZ = 42.577


@dataclass(frozen=True)
class _Series:
    """Everything that one slice's header needs."""

    volume: Volume
    scanner: Scanner
    physics: Physics
    patient: Dataset
    study_uid: UID
    series_uid: UID
    number: int
    description: str
    sequence: Sequence
    slope: float
    private_words: dict[str, str]


def write_series(
    volume: Volume,
    folder: Path,
    *,
    patient_id: str,
    patient_name: str,
    birth_date: date,
    study_date: date,
    sex: str = "F",
    description: str | None = None,
    manufacturer: Manufacturer = "SIEMENS",
    modality: str = "MR",
    sequence: Sequence = "ciss",
    study_uid: str | None = None,
    series_number: int | None = None,
    referring_physician: str = "Li^Na",
    institution: str = INSTITUTION,
) -> list[Path]:
    """Write one file a slice (Explicit VR Little Endian) and return their paths in slice order.

    All UIDs follow from the arguments and the pixels, so the same call gives the same bytes.
    Series of the same `study_uid` (by default that of the patient and day) share one frame of
    reference. `sequence` picks echo and repetition times and the maker's own protocol name.
    """
    scanner, physics = SCANNERS[manufacturer], PHYSICS[sequence]
    study = UID(study_uid) if study_uid else derived_uid("study", patient_id, str(study_date))
    number = series_number or (9 if sequence == "tof" else 5)
    text = description or scanner.protocols[sequence]
    pixels = hashlib.sha256(np.ascontiguousarray(volume.voxels).tobytes()).hexdigest()
    patient = _patient_and_study(
        patient_id, patient_name, birth_date, study_date, sex, referring_physician, institution
    )
    patient.Modality = modality
    top = float(volume.voxels.max())
    series = _Series(
        volume=volume,
        scanner=scanner,
        physics=physics,
        patient=patient,
        study_uid=study,
        series_uid=derived_uid("series", study, str(number), text, pixels),
        number=number,
        description=text,
        sequence=sequence,
        slope=top / LARGEST_PIXEL if scanner.rescaled or top > LARGEST_PIXEL else 1.0,
        private_words={
            "name": patient_name,
            "id": patient_id,
            "birth": f"{birth_date:%Y%m%d}",
            "date": f"{study_date:%Y%m%d}",
        },
    )
    folder.mkdir(parents=True, exist_ok=True)
    common = _common(series)
    return [_write_slice(series, common, folder, row) for row in range(volume.size[2])]


def derived_uid(*words: str) -> UID:
    """A UID under 2.25 that follows from words: the same words, the same UID."""
    digest = hashlib.sha256("\x1f".join(words).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def _patient_and_study(
    patient_id: str,
    patient_name: str,
    birth_date: date,
    study_date: date,
    sex: str,
    referring_physician: str,
    institution: str,
) -> Dataset:
    header = Dataset()
    header.SpecificCharacterSet = "ISO_IR 100" if patient_name.isascii() else "ISO_IR 192"
    day = f"{study_date:%Y%m%d}"
    for keyword in ("InstanceCreationDate", "StudyDate", "SeriesDate", "AcquisitionDate"):
        setattr(header, keyword, day)
    header.ContentDate = day
    header.StudyTime, header.SeriesTime = "091502.125000", "092133.480000"
    header.AcquisitionTime = header.ContentTime = "092141.062500"
    header.AccessionNumber = f"XA{int(hashlib.sha256(patient_id.encode()).hexdigest(), 16) % 10**8}"
    header.InstitutionName, header.InstitutionAddress = institution, ADDRESS
    header.InstitutionalDepartmentName = "Department of Medical Imaging"
    header.ReferringPhysicianName = referring_physician
    header.PerformingPhysicianName, header.OperatorsName = "Wang^Fang", "Zhao^Lei"
    header.StudyDescription = f"CPA cisternography {patient_name.split('^')[0]}"
    header.PatientName, header.PatientID = patient_name, patient_id
    header.PatientBirthDate, header.PatientSex = f"{birth_date:%Y%m%d}", sex
    header.PatientAge = f"{(study_date - birth_date).days * 4 // 1461:03d}Y"
    header.PatientWeight, header.PatientSize = "64", "1.68"
    header.OtherPatientIDs = f"INS-{patient_id}"
    header.PatientComments = f"{patient_name} asks for results by telephone"
    header.PatientTelephoneNumbers = "029-85323112"
    header.RequestedProcedureDescription = "MRI of the cerebellopontine angle"
    header.PerformedProcedureStepStartDate = day
    header.PerformedProcedureStepStartTime = "091502.125000"
    header.PerformedProcedureStepID = f"MR{day}091502"
    header.PerformedProcedureStepDescription = f"Facial spasm, {patient_name}"
    request = Dataset()
    request.ScheduledProcedureStepDescription = f"CPA for {patient_name}"
    request.RequestedProcedureID = f"RP-{patient_id}"
    header.RequestAttributesSequence = [request]
    return header


def _common(series: _Series) -> Dataset:
    """What all slices of a series say alike."""
    header = Dataset()
    header.update(series.patient)
    header.SOPClassUID = MRImageStorage
    header.StudyInstanceUID, header.SeriesInstanceUID = series.study_uid, series.series_uid
    header.FrameOfReferenceUID = derived_uid("frame", series.study_uid)
    header.StudyID, header.SeriesNumber = "1", series.number
    header.AcquisitionNumber = 1
    header.SeriesDescription = series.description
    header.PositionReferenceIndicator = ""
    _scanner(header, series)
    _physics(header, series)
    _geometry(header, series.volume)
    _pixel_form(header, series)
    _privates(header, series)
    return header


def _write_slice(series: _Series, common: Dataset, folder: Path, row: int) -> Path:
    header = Dataset()
    header.update(common)
    header.SOPInstanceUID = derived_uid("instance", series.series_uid, str(row))
    header.InstanceCreationTime = f"0922{row // 60 % 60:02d}.{row % 60:02d}0000"
    header.InstanceNumber = row + 1
    _position(header, series.volume, row)
    _pixels(header, series, row)
    path = folder / f"IM_{row + 1:04d}.dcm"
    header.file_meta = _meta(header)
    header.save_as(path, enforce_file_format=True)
    return path


def _scanner(header: Dataset, series: _Series) -> None:
    scanner = series.scanner
    header.ImageType = list(scanner.image_type)
    header.Manufacturer, header.ManufacturerModelName = scanner.maker, scanner.model
    header.StationName, header.DeviceSerialNumber = scanner.station, scanner.serial
    header.SoftwareVersions = scanner.software.split("\\")
    header.MagneticFieldStrength = scanner.field_tesla
    header.ImagingFrequency = _number(scanner.field_tesla * TESLA_TO_MHZ)
    header.ImagedNucleus = "1H"
    header.ProtocolName = scanner.protocols[series.sequence]
    header.SequenceName = scanner.sequence_names[series.sequence]
    header.TransmitCoilName, header.ReceiveCoilName = "Body", "Head_32"


def _physics(header: Dataset, series: _Series) -> None:
    physics = series.physics
    header.BodyPartExamined = "HEAD"
    header.ScanningSequence = physics.scanning_sequence
    header.SequenceVariant = list(physics.variant)
    header.ScanOptions = "FC" if physics.angio else ""
    header.MRAcquisitionType = "3D"
    header.AngioFlag = "Y" if physics.angio else "N"
    header.RepetitionTime = _number(physics.repetition_ms)
    header.EchoTime = _number(physics.echo_ms)
    header.FlipAngle = _number(physics.flip_deg)
    header.EchoTrainLength, header.EchoNumbers = physics.echo_train, 1
    header.NumberOfAverages = 1
    header.PixelBandwidth = _number(physics.bandwidth_hz)
    header.SAR = _number(0.42)
    header.PatientPosition = "HFS"


def _position(header: Dataset, volume: Volume, row: int) -> None:
    position = volume.to_patient(np.array([0, 0, row]))
    normal = np.cross(volume.axes[:, 0], volume.axes[:, 1])
    header.ImagePositionPatient = [_number(value) for value in position]
    header.SliceLocation = _number(float(position @ normal))


def _geometry(header: Dataset, volume: Volume) -> None:
    along_i, along_j, along_k = (float(step) for step in volume.spacing_mm)
    columns, rows, _ = volume.size
    header.Rows, header.Columns = rows, columns
    header.PixelSpacing = [_number(along_j), _number(along_i)]
    header.SliceThickness = header.SpacingBetweenSlices = _number(along_k)
    header.ImageOrientationPatient = [_number(v) for axis in (0, 1) for v in volume.axes[:, axis]]
    acquired = volume.acquired_mm or (along_i, along_j)
    header.InPlanePhaseEncodingDirection = "COL"
    counts = round(columns * along_i / acquired[0]), round(rows * along_j / acquired[1])
    header.AcquisitionMatrix = [0, counts[0], counts[1], 0]
    header.NumberOfPhaseEncodingSteps = counts[1]
    header.PercentSampling = header.PercentPhaseFieldOfView = 100


def _number(value: float) -> DSfloat:
    return DSfloat(float(value), auto_format=True)


def _pixels(header: Dataset, series: _Series, row: int) -> None:
    plane = np.rint(series.volume.voxels[:, :, row].T / series.slope)
    stored = np.clip(plane, 0, LARGEST_PIXEL).astype("<u2")
    header.add_new("SmallestImagePixelValue", "US", int(stored.min()))
    header.add_new("LargestImagePixelValue", "US", int(stored.max()))
    header.PixelData = stored.tobytes()


def _pixel_form(header: Dataset, series: _Series) -> None:
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
    header.BitsAllocated, header.BitsStored, header.HighBit = 16, 12, 11
    header.PixelRepresentation = 0
    if series.slope != 1.0:
        header.RescaleIntercept, header.RescaleSlope = 0, _number(series.slope)
        header.RescaleType = "normalized" if series.scanner.rescaled else "US"
    middle = float(np.percentile(series.volume.voxels, 50))
    header.WindowCenter, header.WindowWidth = _number(round(middle)), _number(round(2 * middle + 1))


def _privates(header: Dataset, series: _Series) -> None:
    for group, creator, element, representation, template in series.scanner.privates:
        text = template.format(**series.private_words)
        value = _even(text.encode()) if representation == "OB" else text[:64]
        header.private_block(group, creator, create=True).add_new(element, representation, value)


def _even(data: bytes) -> bytes:
    return data + b"\0" * (len(data) % 2)


def _meta(header: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = header.SOPClassUID
    meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationVersionName = "STUDYSITE_SIM"
    return meta
