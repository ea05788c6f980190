"""What is known of a participant beside the form at hand, as the checks of a form see it."""

from __future__ import annotations

from django.utils import timezone

from enrollment.crfs.expression import Record
from enrollment.models import Participant
from enrollment.protocol.loader import current


def record_of(participant: Participant, visit: str = "") -> Record:
    """The participant's facts, and the answers of every form by form and visit."""
    enrolment = getattr(participant, "enrolment", None)
    return Record(
        facts={
            "year_of_birth": participant.year_of_birth,
            "sex": participant.sex,
            "affected_side": participant.affected_side,
            "onset": participant.onset,
            "screened_on": participant.screened_on.isoformat(),
            "enrolled_on": enrolment.on.isoformat() if enrolment else None,
            "jrs_wording": current().jrs_wording,
            **{f"hfs_30_{key}": row for key, row in current().hfs_30_subscales.items()},
        },
        others={
            (entry.form, entry.visit): entry.answers
            for entry in participant.entries.all()
            if entry.repeat == 1
        },
        visit=visit,
        today=timezone.localdate().isoformat(),
    )
