"""DICOM SEG of the measured nerves (PS3.3 A.51), one segment a side."""

from __future__ import annotations

from typing import Literal

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom.seg import Segmentation, SegmentDescription
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import ExplicitVRLittleEndian

from imaging.dicom.made.codes import FACIAL_NERVE, SIDES
from imaging.dicom.made.source import MANUFACTURER, MODEL, Measured, mark

Kind = Literal["BINARY", "FRACTIONAL"]
SERIES_NUMBERS = {"BINARY": 9001, "FRACTIONAL": 9002}
HALF = 0.5


def segmentation(measured: Measured, kind: Kind) -> Segmentation:
    """The nerves as voxels. Binary: those filled by half or more; fractional: how much of each."""
    shares = measured.shares
    pixels = (shares >= HALF).astype(np.uint8) if kind == "BINARY" else shares
    made = Segmentation(
        source_images=list(measured.images),
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=[
            _segment(measured, number, side) for number, side in enumerate(measured.sides, start=1)
        ],
        series_instance_uid=measured.uid(f"seg series {kind}"),
        series_number=SERIES_NUMBERS[kind],
        sop_instance_uid=segmentation_uid(measured, kind),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=measured.software,
        device_serial_number=measured.software,
        fractional_type="OCCUPANCY" if kind == "FRACTIONAL" else "PROBABILITY",
        max_fractional_value=255,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        omit_empty_frames=True,
        series_description=f"Facial nerves, {kind.lower()}, version {measured.version}",
    )
    mark(made, measured.images[0])
    made.BurnedInAnnotation = "NO"
    return made


def segmentation_uid(measured: Measured, kind: Kind) -> str:
    """The instance that a report refers to."""
    return measured.uid(f"seg {kind}")


def _segment(measured: Measured, number: int, side: str) -> SegmentDescription:
    by_hand = "by_hand" in measured.document["nerves"][side]
    made = SegmentDescription(
        segment_number=number,
        segment_label=f"Facial nerve, {side}{', corrected by hand' if by_hand else ''}",
        segmented_property_category=codes.SCT.AnatomicalStructure,
        segmented_property_type=FACIAL_NERVE,
        algorithm_type="SEMIAUTOMATIC",
        algorithm_identification=AlgorithmIdentificationSequence(
            name=MODEL, family=codes.DCM.ArtificialIntelligence, version=measured.software
        ),
        tracking_uid=measured.uid(f"track {side}"),
        tracking_id=f"facial nerve {side}",
    )
    made.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = Sequence(
        [_item(SIDES[side])]
    )
    return made


def _item(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue = code.value
    item.CodingSchemeDesignator, item.CodeMeaning = code.scheme_designator, code.meaning
    return item
