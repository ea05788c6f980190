"""The pictures of a measurement as secondary captures: MPR, CPR and virtual endoscopy."""

from __future__ import annotations

from typing import Any

import highdicom as hd
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from imaging.dicom.made import codes as our
from imaging.dicom.made.source import MANUFACTURER, MODEL, Measured, mark
from imaging.dicom.transfer_syntaxes import EXPLICIT_LITTLE

# A series a side: the side is the series' own.
SERIES = {"left": (9004, "L"), "right": (9005, "R")}
# What each picture is, and how it was derived (PS3.16 CID 7203).
KINDS: dict[str, tuple[str, Code]] = {
    "mpr.png": ("MPR", our.MPR),
    "cpr_straightened.png": ("CPR, straightened", our.CURVED),
    "cpr_stretched.png": ("CPR, stretched", our.CURVED),
    "endoscopy.png": ("virtual endoscopy", our.RENDERED),
}


def capture(
    measured: Measured, number: int, side: str, name: str, pixels: NDArray[np.uint8]
) -> Dataset:
    """One picture of one nerve. `pixels` have shape (rows, columns, 3), red, green and blue."""
    image = measured.images[0]
    word, derivation = KINDS[name]
    series_number, laterality = SERIES[side]
    made = hd.sc.SCImage.from_ref_dataset(
        image,
        pixels,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        series_instance_uid=measured.uid(f"pictures {side}"),
        series_number=series_number,
        laterality=laterality,
        sop_instance_uid=measured.uid(f"picture {side} {name}"),
        instance_number=number,
        manufacturer=MANUFACTURER,
        patient_orientation=("L", "P"),
        transfer_syntax_uid=EXPLICIT_LITTLE,
    )
    # A plane that follows the nerve, or a view, has no two directions that are the whole picture's.
    made.PatientOrientation = []
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.SeriesDescription = f"Facial nerve, {side}, pictures, version {measured.version}"
    made.ImageComments = f"{side} facial nerve, {word}"
    made.DerivationCodeSequence = [_item(derivation)]
    made.SourceImageSequence = [_reference(each) for each in measured.images]
    made.SoftwareVersions, made.ManufacturerModelName = measured.software, MODEL
    # They are drawn here, of numbers and voxels alone, and a nerve is no face.
    made.BurnedInAnnotation = made.RecognizableVisualFeatures = "NO"
    mark(made, image)
    return made


def _item(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = code.value, code.scheme_designator
    item.CodeMeaning = code.meaning
    return item


def _reference(image: Any) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = image.SOPClassUID
    item.ReferencedSOPInstanceUID = image.SOPInstanceUID
    return item
