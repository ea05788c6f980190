"""End points that the software suggests: for a person to confirm or move, never used otherwise."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from imaging.models import Series, SeriesState
from imaging.nerve.suggest import Suggestion, suggest_ends
from imaging.volumes import volume_of
from studysite.core.access import require
from studysite.core.errors import OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action

# Found once a series: looking takes a few seconds, and a page may be loaded again.
KEPT = 100


def suggestion_for(*, by: User, series: Series) -> Suggestion:
    """Where the nerves' ends seem to be on an accepted series. Writes nothing."""
    require(by, Action.MEASURE, series.participant.site)
    if series.state != SeriesState.ACCEPTED:
        raise OutOfOrder(_("Only a series that quality control has accepted is measured."))
    if not series.measurable:
        raise OutOfOrder(_("The protocol does not measure the nerve on this series."))
    return _found(series.pk, series.sha256)


def ends_of(suggestion: Suggestion) -> dict[str, dict[str, Any]]:
    """The suggested ends in the form of a measurement's."""
    return {
        side: {"brainstem_mm": list(ends.brainstem_mm), "canal_mm": list(ends.canal_mm)}
        for side, ends in suggestion.ends.items()
    }


@lru_cache(maxsize=KEPT)
def _found(pk: int, sha256: str) -> Suggestion:
    return suggest_ends(volume_of(Series.objects.get(pk=pk)))
