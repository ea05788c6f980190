"""What each further version of a series' measurement begins with, however it comes about."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.services import way
from imaging.models import Measurement, MeasurementState, Series, SeriesState
from studysite.core import jobs
from studysite.core.errors import Conflict, OutOfOrder
from studysite.core.models import JobState


def held(series: Series, seen_version: int | None) -> tuple[Series, int]:
    """The series, held with its participant until the transaction ends, and its newest version, 0
    for none. Raises Conflict where that is not the one that was seen (None: whatever it is)."""
    way.hold(series.participant, visit=series.scan.visit.key)
    row = Series.objects.select_for_update().get(pk=series.pk)
    if row.state != SeriesState.ACCEPTED:
        raise OutOfOrder(_("Only a series that quality control has accepted is measured."))
    if not row.measurable:
        raise OutOfOrder(_("The protocol does not measure the nerve on this series."))
    newest = row.measurements.select_related("by").first()
    last = newest.version if newest else 0
    if newest and seen_version is not None and seen_version != last:
        words = _(
            "Version %(version)s was asked for meanwhile, by %(by)s: look at it before you ask for "
            "another. Your points are still here."
        )
        raise Conflict(words % {"version": last, "by": newest.by})
    return row, last


def require_none_under_way(series: Series) -> None:
    """One version at a time; one whose job failed stands in nobody's way."""
    under_way = series.measurements.filter(state=MeasurementState.ASKED)
    if under_way.exclude(job__state=JobState.FAILED).exists():
        raise Conflict(_("A measurement of this series is already under way."))


def queue(row: Measurement) -> None:
    """Have a worker do it."""
    row.job = jobs.ask(
        kind="measure",
        key=f"measure:{row.pk}",
        target=str(row.pk),
        subject=row.series.participant.number,
        by=row.by,
    )
    row.save(update_fields=["job"])
