"""Comprehensive 3D SR of a measurement by TID 1500 (PS3.16), one measurement group a nerve."""

from __future__ import annotations

from typing import Any

import highdicom.sr as sr
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from imaging.dicom.errors import DicomRefused
from imaging.dicom.made import codes as our
from imaging.dicom.made.line import number
from imaging.dicom.made.places import contact_groups, course_group
from imaging.dicom.made.segmentation import segmentation_uid
from imaging.dicom.made.source import MANUFACTURER, MODEL, Measured, mark
from imaging.told import told

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
SERIES_NUMBER = 9003


def report(measured: Measured, segmentation: Dataset) -> sr.Comprehensive3DSR:
    """Areas, volume, length and the nearest vessel of each measured nerve, with where they came
    from: its voxels, its centreline, and each vessel that touches it. `segmentation` is the binary
    one of the same measurement."""
    if not measured.sides:
        raise DicomRefused("not_measured", told("No nerve of this series could be measured."))
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(
            observer_device_context=sr.ObserverContext(
                observer_type=codes.DCM.Device,
                observer_identifying_attributes=sr.DeviceObserverIdentifyingAttributes(
                    uid=measured.uid("device"),
                    name=MODEL,
                    manufacturer_name=MANUFACTURER,
                    model_name=measured.software,
                ),
            )
        ),
        procedure_reported=our.MRI_HEAD,
        imaging_measurements=[
            *(_group(measured, number, s) for number, s in enumerate(measured.sides, start=1)),
            *(course_group(measured, side) for side in measured.sides),
            *(group for side in measured.sides for group in contact_groups(measured, side)),
        ],
        title=codes.DCM.ImagingMeasurementReport,
    )
    made = sr.Comprehensive3DSR(
        evidence=[*measured.images, segmentation],
        content=content[0],
        series_instance_uid=measured.uid("sr series"),
        series_number=SERIES_NUMBER,
        sop_instance_uid=measured.uid("sr"),
        instance_number=measured.version,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_final=True,
        is_verified=False,
        series_description=f"Facial nerves, measurement, version {measured.version}",
    )
    made.CodingSchemeIdentificationSequence = our.scheme_identification()
    made.SoftwareVersions, made.ManufacturerModelName = measured.software, MODEL
    mark(made, measured.images[0])
    return made


def _group(
    measured: Measured, number: int, side: str
) -> sr.VolumetricROIMeasurementsAndQualitativeEvaluations:
    nerve = measured.document["nerves"][side]
    image = measured.images[0]
    return sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=measured.uid(f"track {side}"), identifier=f"facial nerve {side}"
        ),
        referenced_segment=sr.ReferencedSegment(
            sop_class_uid=SEGMENTATION,
            sop_instance_uid=segmentation_uid(measured, "BINARY"),
            segment_number=number,
            source_series=sr.SourceSeriesForSegmentation(str(image.SeriesInstanceUID)),
        ),
        finding_type=our.CISTERNAL_SEGMENT,
        method=our.BY_HAND if "by_hand" in nerve else our.PERPENDICULAR,
        algorithm_id=sr.AlgorithmIdentification(name=MODEL, version=measured.software),
        finding_sites=[
            sr.FindingSite(anatomic_location=our.FACIAL_NERVE, laterality=our.SIDES[side])
        ],
        measurements=_measurements(nerve),
    )


def _measurements(nerve: dict[str, Any]) -> list[sr.Measurement]:
    found = [
        number(our.AREA, nerve["csa_mean_mm2"], derivation=our.MEAN),
        number(our.AREA, nerve["csa_min_mm2"], derivation=our.MINIMUM),
    ]
    if nerve.get("csa_rez_mm2") is not None:
        root = sr.FindingSite(anatomic_location=our.FACIAL_NERVE_ROOT)
        found.append(number(our.AREA, nerve["csa_rez_mm2"], finding_sites=[root]))
    found.append(number(our.VOLUME, nerve["volume_mm3"]))
    found.append(number(our.LENGTH, nerve["length_mm"]))
    gaps = [contact["gap_mm"] for contact in nerve.get("contacts", [])]
    if gaps:
        found.append(number(our.VESSEL_GAP, min(gaps)))
    return found
