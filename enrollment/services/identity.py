"""Looking at who a participant is: one at a time, each look recorded."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment import vault
from enrollment.models import Participant
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Invalid
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


@service(Action.SEE_IDENTITY)
def see_identity(*, by: User, participant: Participant, reason: str) -> vault.Person:
    """Open one participant's identity, for a reason that stays on record."""
    require(by, Action.SEE_IDENTITY, participant.site)
    if not reason.strip():
        raise Invalid(_("Say why you need to see the identity."), field="reason")
    about(participant.number, said("Identity seen"))
    return vault.reveal(participant.number)
