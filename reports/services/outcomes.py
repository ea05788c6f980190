"""The study's outcomes as they are now, for whom and how narrowed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.models import Participant
from reports.outcomes.document import document_of, standing
from reports.outcomes.filters import Filters
from studysite.core.access import require, scoped
from studysite.core.errors import Invalid
from studysite.core.models import User
from studysite.core.roles import Action

# More participants than this are computed by a worker, not while a page waits.
LARGEST_AT_ONCE = 400


def people_of(by: User) -> QuerySet[Participant]:
    """The participants whose outcomes a person may see."""
    return scoped(Participant.objects.all(), by, Action.SEE_OUTCOMES)


def too_many(by: User) -> bool:
    """Whether a worker computes the outcomes, because a page would wait too long."""
    return people_of(by).count() > LARGEST_AT_ONCE


def outcomes_now(*, by: User, filters: Filters) -> dict[str, Any]:
    """The document of what the person may see, as it is now. Raises Invalid for a filter that picks
    out an arm while arms are withheld."""
    require(by, Action.SEE_OUTCOMES)
    refuse_told_arms(filters)
    return document_of(people_of(by), filters)


def refuse_told_arms(filters: Filters) -> None:
    """While arms are withheld, nothing may be narrowed to one."""
    if filters.tells_arms and standing().blinded:
        raise Invalid(_("Arms and techniques are withheld until the study is locked."), field="arm")
