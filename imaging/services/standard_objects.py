"""Standard DICOM objects of a finished measurement: made, and taken out of the store."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pydicom
from django.core.files.storage import storages
from django.utils.translation import gettext as _
from PIL import Image

from imaging import storage
from imaging.dicom.errors import DicomRefused
from imaging.dicom.made.captures import capture
from imaging.dicom.made.media import as_zip as zipped
from imaging.dicom.made.occupancy import in_order
from imaging.dicom.made.report import report
from imaging.dicom.made.segmentation import segmentation
from imaging.dicom.made.source import Measured
from imaging.models import Derived, Measurement, MeasurementState
from imaging.models.derived import SUMMARY
from imaging.services.results import pictures_of
from studysite.core.errors import Invalid, OutOfOrder


def as_zip(measurement: Measurement, *, summaries: bool = False) -> bytes:
    """The images with the segmentations, the report and the pictures of a measurement, as DICOM
    media; with the participant's newest case summary where `summaries`. Raises OutOfOrder where
    nothing is measured, Invalid where no object can be made of the series."""
    measured = _measured(measurement)
    made = _kept(measurement) or _made(measurement, measured)
    return zipped([*measured.images, *made, *(_summary(measurement) if summaries else [])])


def made_of(measurement: Measurement) -> list[pydicom.Dataset]:
    """What was made of a measurement, as it is kept; made now where nothing is kept."""
    return _kept(measurement) or make(measurement)


def make(measurement: Measurement) -> list[pydicom.Dataset]:
    """The objects of a measurement, made anew: the same under the same UIDs."""
    return _made(measurement, _measured(measurement))


def _kept(measurement: Measurement) -> list[pydicom.Dataset]:
    rows = Derived.objects.filter(measurement=measurement).order_by("pk")
    return [_read(row.sha256) for row in rows]


def _summary(measurement: Measurement) -> list[pydicom.Dataset]:
    whose = measurement.series.participant_id
    rows = Derived.objects.filter(participant=whose, made_of=SUMMARY).order_by("-pk")
    return [_read(row.sha256) for row in rows[:1]]


def _measured(measurement: Measurement) -> Measured:
    if measurement.state != MeasurementState.MEASURED or measurement.result is None:
        raise OutOfOrder(_("This measurement has no result of which objects could be made."))
    try:
        return Measured(_images(measurement), measurement.result, measurement.version)
    except DicomRefused as refusal:
        raise Invalid(refusal.sentence, code=refusal.code) from refusal


def _made(measurement: Measurement, measured: Measured) -> list[pydicom.Dataset]:
    with warnings.catch_warnings():
        # A subject number is a person's name of one word, which highdicom finds unlikely.
        warnings.filterwarnings("ignore", "The string", UserWarning)
        binary = segmentation(measured, "BINARY")
        made = [binary, segmentation(measured, "FRACTIONAL"), report(measured, binary)]
        return [*made, *_pictures(measurement, measured)]


def _pictures(measurement: Measurement, measured: Measured) -> list[pydicom.Dataset]:
    """What was drawn of the measured nerves, in the language that every picture is there in: the
    same picture under the same UID, whoever asks."""
    found = [each for each in pictures_of(measurement) if each.side in measured.sides]
    made = []
    for number, each in enumerate(found, start=1):
        with storages["documents"].open(measurement.pictures[each.side][each.name]) as file:
            pixels = np.array(Image.open(file).convert("RGB"))
        made.append(capture(measured, number, each.side, each.name, pixels))
    return made


def _images(measurement: Measurement) -> list[pydicom.Dataset]:
    rows = measurement.series.instances.order_by("number")
    found = [_read(row.sha256) for row in rows]
    return list(found) if len(found) < 2 else in_order(found)


def _read(sha256: str) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(storage.scan_bytes(sha256)))
