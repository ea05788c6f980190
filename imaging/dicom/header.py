"""What one file says about itself, as plain values that can be compared, stored and sent."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from pydicom.dataset import Dataset

from imaging.dicom.acquired import acquired_mm
from imaging.dicom.content import content_digest
from imaging.dicom.errors import DicomRefused
from imaging.dicom.plain_text import first_text, texts
from imaging.dicom.planes import Vector3, numbers, planes_of
from imaging.dicom.reading import Source, lenient, name_of, parse, read_bytes
from imaging.dicom.sop_classes import DIRECTORY
from imaging.told import told


@dataclass(frozen=True)
class Header:
    """One instance. Lengths in mm, times in ms, patient coordinates LPS; None or "" where silent.

    spacing_mm: between columns (along a row), then between rows.
    orientation: direction of a row, then of a column (PS3.3 C.7.6.2.1.1).
    positions_mm: centre of the first pixel, one a frame.
    acquired_mm: in-plane resolution as acquired, where the picture is zero-filled finer than that.
    sha256: of the file's bytes; content_sha256: of what they say, however it is written.
    """

    sop_class_uid: str
    sop_uid: str
    study_uid: str
    series_uid: str
    frame_of_reference_uid: str
    transfer_syntax: str
    modality: str
    patient_id: str
    patient_name: str
    birth_date: str
    sex: str
    study_date: str
    study_description: str
    series_description: str
    protocol_name: str
    sequence_name: str
    series_number: int | None
    instance_number: int | None
    acquisition_number: int | None
    image_type: tuple[str, ...]
    manufacturer: str
    model_name: str
    rows: int
    columns: int
    frames: int
    has_pixels: bool
    spacing_mm: tuple[float, float] | None
    orientation: tuple[float, float, float, float, float, float] | None
    positions_mm: tuple[Vector3, ...]
    slice_thickness_mm: float | None
    field_strength_t: float | None
    repetition_time_ms: float | None
    echo_time_ms: float | None
    acquisition_type: str
    echo_number: int | None
    acquired_mm: tuple[float, float] | None
    burned_in: str
    conversion_type: str
    sha256: str
    content_sha256: str

    @property
    def position_mm(self) -> Vector3 | None:
        return self.positions_mm[0] if self.positions_mm else None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Header:
        """The inverse of `to_json`, lists back to tuples."""
        plain: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in values.items()
        }
        plain["positions_mm"] = tuple(tuple(point) for point in values["positions_mm"])
        return cls(**plain)


def read_header(source: Source) -> Header:
    """Header of a file or of a file's bytes; DicomRefused where it is none we can take."""
    data = read_bytes(source)
    name = name_of(source)
    dataset = parse(data, name)
    with lenient(name):
        # first: it tells values as they stand in the file from those that have been looked at
        content = content_digest(dataset)
        header = _header(dataset, hashlib.sha256(data).hexdigest(), content)
    if header.sop_class_uid == DIRECTORY:
        raise DicomRefused(
            "directory", told("%(file)s is a DICOM directory, which lists images only.", file=name)
        )
    if not header.sop_uid or not header.series_uid or not header.study_uid:
        raise DicomRefused(
            "no_identity", told("%(file)s lacks its study, series or instance UID.", file=name)
        )
    return header


def _header(dataset: Dataset, sha256: str, content_sha256: str) -> Header:
    planes = planes_of(dataset)
    plane = planes[0] if planes else None

    def text(keyword: str) -> str:
        return first_text(dataset.get(keyword))

    def whole(keyword: str) -> int | None:
        found = numbers(dataset.get(keyword))
        return int(found[0]) if found else None

    def number(keyword: str) -> float | None:
        found = numbers(dataset.get(keyword))
        return found[0] if found else None

    return Header(
        sop_class_uid=text("SOPClassUID"),
        sop_uid=text("SOPInstanceUID"),
        study_uid=text("StudyInstanceUID"),
        series_uid=text("SeriesInstanceUID"),
        frame_of_reference_uid=text("FrameOfReferenceUID"),
        transfer_syntax=str(dataset.file_meta.TransferSyntaxUID),
        modality=text("Modality"),
        patient_id=text("PatientID"),
        patient_name=text("PatientName"),
        birth_date=text("PatientBirthDate"),
        sex=text("PatientSex"),
        study_date=text("StudyDate"),
        study_description=text("StudyDescription"),
        series_description=text("SeriesDescription"),
        protocol_name=text("ProtocolName"),
        sequence_name=text("SequenceName") or text("PulseSequenceName"),
        series_number=whole("SeriesNumber"),
        instance_number=whole("InstanceNumber"),
        acquisition_number=whole("AcquisitionNumber"),
        image_type=tuple(texts(dataset.get("ImageType"))),
        manufacturer=text("Manufacturer"),
        model_name=text("ManufacturerModelName"),
        rows=whole("Rows") or 0,
        columns=whole("Columns") or 0,
        frames=whole("NumberOfFrames") or 1,
        has_pixels="PixelData" in dataset,
        spacing_mm=plane.spacing_mm if plane else None,
        orientation=plane.orientation if plane else None,
        positions_mm=tuple(p.position_mm for p in planes if p.position_mm is not None),
        slice_thickness_mm=plane.thickness_mm if plane else None,
        field_strength_t=number("MagneticFieldStrength"),
        repetition_time_ms=_timing(
            dataset, "RepetitionTime", "MRTimingAndRelatedParametersSequence"
        ),
        echo_time_ms=_timing(dataset, "EchoTime", "MREchoSequence", "EffectiveEchoTime"),
        acquisition_type=text("MRAcquisitionType"),
        echo_number=whole("EchoNumbers"),
        acquired_mm=acquired_mm(dataset, plane.spacing_mm if plane else None),
        burned_in=text("BurnedInAnnotation"),
        conversion_type=text("ConversionType"),
        sha256=sha256,
        content_sha256=content_sha256,
    )


def _timing(dataset: Dataset, keyword: str, group: str, enhanced: str = "") -> float | None:
    """A time from the data set, or from an enhanced image's shared functional groups."""
    found = numbers(dataset.get(keyword))
    for shared in dataset.get("SharedFunctionalGroupsSequence") or []:
        for item in shared.get(group) or []:
            found = found or numbers(item.get(enhanced or keyword))
    return found[0] if found else None
