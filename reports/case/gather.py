"""One participant's case, whole."""

from __future__ import annotations

from enrollment.models import Participant
from reports.case import people, record, scans
from reports.case.content import Case, Content


def content_of(participant: Participant) -> Content:
    """What a signature covers. Where the data may not stay, what was found out is left out."""
    leaving = people.left(participant)
    kept = leaving is None or leaving.data_may_stay
    return Content(
        subject=people.subject_of(participant),
        allocated=people.allocated(participant),
        consents=people.consents_of(participant),
        criteria=people.judged(participant) if kept else (),
        screen_failed=people.screen_failed(participant),
        left=leaving,
        visits=people.visits_of(participant),
        forms=people.forms_of(participant) if kept else (),
        scans=scans.scans_of(participant) if kept else (),
        measurement=scans.measurement_of(participant) if kept else None,
        reads=scans.reads_of(participant) if kept else (),
        adjudicated=scans.adjudicated(participant) if kept else None,
    )


def case_of(participant: Participant) -> Case:
    """A participant's case as it is now."""
    row = Participant.objects.select_related("site", "enrolment__by").get(pk=participant.pk)
    content = content_of(row)
    return Case(
        content=content,
        state=row.state,
        way=record.way_of(row),
        signatures=record.signatures_of(row, content.sha256),
        history=record.history_of(row),
    )
