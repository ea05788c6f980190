"""Whose data may be used for an outcome: the one filter that reports ask."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from enrollment.models import Participant
from enrollment.models.forms import LOG, EntryState

# Outcomes of images need the images; all others the data alone.
DATA, IMAGES = "data_may_stay", "images_may_stay"


def usable(rows: QuerySet[Participant], what: str = DATA) -> QuerySet[Participant]:
    """Without those who left and do not let their data (or their images) stay."""
    return rows.exclude(**{f"withdrawal__{what}": False})


def in_main_analysis(rows: QuerySet[Participant], what: str = DATA) -> QuerySet[Participant]:
    """The usable ones without those whom a deviation keeps out of the main analysis."""
    left_out = Q(
        entries__form="deviation",
        entries__visit=LOG,
        entries__state=EntryState.SUBMITTED,
        entries__answers__effect="left_out",
    )
    kept_out = Participant.objects.filter(left_out).values("pk")
    return usable(rows, what).exclude(pk__in=kept_out)
