"""Who a participant is: looked at one at a time, each look recorded; and forgotten for good."""

from __future__ import annotations

import hmac

from django.utils.translation import gettext as _

from enrollment import vault
from enrollment.journey import ENDED, State
from enrollment.models import Participant
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, OutOfOrder
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


@service(Action.ERASE_IDENTITY)
def erase_identity(*, by: User, participant: Participant, typed: str, reason: str) -> None:
    """Destroy the key to one participant's identity. The study's rows and the trail stay as they
    are; nobody, whoever holds the master key, can say again whose they were."""
    require(by, Action.ERASE_IDENTITY, participant.site)
    if typed.strip() != participant.number:
        raise Invalid(_("Type the subject number as it stands above."), field="typed")
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    if not vault.is_known(participant.number):
        raise OutOfOrder(_("The identity of this participant is not in the vault."))
    if participant.state not in ENDED | {State.SIGNED}:
        # Later scans and visits are matched by it.
        raise OutOfOrder(_("An identity is erased once the participant's part has ended."))
    about(participant.number, said("Identity erased"))
    # The vault is another database: written last, so that an erasure is never without its act.
    vault.erase(participant.number)


@service(Action.ROTATE_VAULT_KEY)
def rotate_vault_key(*, by: User, old: bytes, new: bytes) -> int:
    """Wrap every identity's key with another master key; how many there were."""
    require(by, Action.ROTATE_VAULT_KEY)
    if hmac.compare_digest(old, new):
        raise Conflict(_("The new key is the old one."))
    about("", said("Master key of the vault exchanged"))
    return vault.rotate(old, new)
