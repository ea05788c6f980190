"""Telling somebody who is blinded one participant's arm, for a reason that stays on record."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.models import Participant, Unblinding
from enrollment.models.allocation import UnblindingCategory
from studysite.core.access import require, scoped
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said, word


@service(Action.UNBLIND)
def unblind(
    *, by: User, participant: Participant, category: str, told: str, reason: str
) -> Unblinding:
    """Open one participant's arm. `told` says who learns of it."""
    require(by, Action.UNBLIND, participant.site)
    if category not in UnblindingCategory.values:
        raise Invalid(_("The category is not one of the answers."), field="category")
    if not told.strip():
        raise Invalid(_("Say who is told."), field="told")
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    if getattr(participant, "enrolment", None) is None:
        raise OutOfOrder(_("This participant is not enrolled, so there is no arm to tell."))
    why = word(UnblindingCategory(category).label)
    about(participant.number, said("Unblinded: %(why)s", why=why))
    return Unblinding.objects.create(
        participant=participant,
        category=category,
        told=told.strip(),
        reason=reason.strip(),
        by=by,
    )


def unblindings(by: User) -> QuerySet[Unblinding]:
    """Every unblinding at the person's sites, newest first."""
    rows = Unblinding.objects.select_related("participant__enrolment", "by")
    return scoped(rows, by, Action.SEE_UNBLINDINGS, "participant__site")
