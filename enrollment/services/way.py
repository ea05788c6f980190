"""Steps along a participant's way, for the services of this app and of imaging and reports."""

from __future__ import annotations

from enrollment.journey import ENDED, State, check_step
from enrollment.models import Participant
from studysite.core.access import scoped
from studysite.core.errors import NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action


def find(*, by: User, number: str, action: Action) -> Participant:
    """A participant of the sites at which the person may do this; otherwise there is none."""
    rows = scoped(Participant.objects.select_related("site"), by, action)
    participant = rows.filter(number=number).first()
    if participant is None:
        raise NotThere(f"There is no participant {number}.")
    return participant


def hold(participant: Participant) -> Participant:
    """The participant's row as it is now, held until the transaction ends, and still open."""
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    if row.state in ENDED:
        raise OutOfOrder(f"The record of {row.number} is closed ({row.get_state_display()}).")
    return row


def step(participant: Participant, there: State) -> None:
    """Move a held participant one step, if the protocol has that step."""
    check_step(State(participant.state), there)
    participant.state = there
    participant.save(update_fields=["state"])
