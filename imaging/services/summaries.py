"""A case's summary as an object in the study of the case's measured images."""

from __future__ import annotations

import io
from datetime import datetime

import pydicom
from django.conf import settings

from enrollment.models import Participant
from imaging import storage
from imaging.dicom.made.encapsulated import encapsulated
from imaging.models import Derived, Measurement, MeasurementState
from imaging.models.derived import SUMMARY
from imaging.services.derived import unsaved


def summary_object(
    participant: Participant, pdf: bytes, *, version: int, title: str, at: datetime
) -> Derived | None:
    """The row, not saved yet, of a document about a participant; its bytes are on the disk. None
    where no image of the participant was measured, for then it belongs to no study."""
    rows = Measurement.objects.filter(
        series__participant=participant, state=MeasurementState.MEASURED
    )
    newest = rows.select_related("series").order_by("-at").first()
    image = newest.series.instances.order_by("number").first() if newest else None
    if image is None:
        return None
    source = pydicom.dcmread(io.BytesIO(storage.scan_bytes(image.sha256)), stop_before_pixels=True)
    made = encapsulated(source, pdf, version=version, title=title, software=settings.VERSION, at=at)
    return unsaved(participant, SUMMARY, made)
