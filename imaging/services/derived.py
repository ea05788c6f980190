"""Objects made of a measurement, kept: written once, under UIDs that follow from what they say."""

from __future__ import annotations

import io
import logging

import pydicom
from django.db.models import Exists, OuterRef, QuerySet

from enrollment.models import Participant
from imaging import storage
from imaging.models import Derived, Measurement, MeasurementState
from imaging.models.derived import MEASUREMENT, SUMMARY
from imaging.services.standard_objects import as_zip, make
from studysite.core.access import may, scoped
from studysite.core.acts import acting
from studysite.core.errors import Invalid
from studysite.core.models import User
from studysite.core.roles import Action

log = logging.getLogger(__name__)
MOST_AT_ONCE = 20
# What a person must be allowed besides seeing images.
SEEN_BY = {MEASUREMENT: Action.SEE_MEASUREMENTS, SUMMARY: Action.SEE_CASE_SUMMARY}


def derived_for(by: User) -> QuerySet[Derived]:
    """The objects that a person may see. A blinded reader sees none: they say what was measured."""
    rows = scoped(Derived.objects.all(), by, Action.SEE_IMAGES, "participant__site")
    found = Derived.objects.none()
    for made_of, action in SEEN_BY.items():
        found = found | scoped(rows.filter(made_of=made_of), by, action, "participant__site")
    return found


def objects_as_zip(*, by: User, measurement: Measurement) -> bytes:
    """A measurement's images and objects as DICOM media, with the case summary for those who may
    see one."""
    site = measurement.series.participant.site
    return as_zip(measurement, summaries=may(by, Action.SEE_CASE_SUMMARY, site))


def unsaved(participant: Participant, made_of: str, made: pydicom.Dataset) -> Derived:
    """The row of an object whose bytes are on the disk when this returns."""
    file = io.BytesIO()
    made.save_as(file, enforce_file_format=True)
    content = file.getvalue()
    return Derived(
        participant=participant,
        made_of=made_of,
        study_uid=str(made.StudyInstanceUID),
        series_uid=str(made.SeriesInstanceUID),
        uid=str(made.SOPInstanceUID),
        modality=str(made.Modality),
        sha256=storage.keep_scan(content),
        bytes_count=len(content),
    )


def objects_of(measurement: Measurement) -> list[Derived]:
    """The rows of all objects of a finished measurement, not saved yet; none where of its series
    no object can be made."""
    try:
        made = make(measurement)
    except Invalid as refusal:
        log.info("Measurement %s has no objects: %s", measurement.pk, refusal.code)
        return []
    rows = [unsaved(measurement.series.participant, MEASUREMENT, one) for one in made]
    for row in rows:
        row.measurement = measurement
    return rows


def fill_in() -> int:
    """Make the objects of measurements that have none, such as those from before; how many."""
    lacking = Measurement.objects.filter(
        ~Exists(Derived.objects.filter(measurement=OuterRef("pk"))),
        state=MeasurementState.MEASURED,
    ).select_related("series__participant", "by")
    count = 0
    for measurement in lacking.order_by("-at")[:MOST_AT_ONCE]:
        rows = objects_of(measurement)
        number = measurement.series.participant.number
        with acting(None, "keep_objects", subject=number):
            # Another clock may have been faster.
            Derived.objects.bulk_create(rows, ignore_conflicts=True)
        count += len(rows)
    return count
