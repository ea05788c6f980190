"""Steps along a participant's way, for the services of this app and of imaging and reports."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.journey import ENDED, State, check_step
from enrollment.models import Participant, Step
from enrollment.services.closing import Closed, refuse_closed
from studysite.core import acts
from studysite.core.access import scoped
from studysite.core.errors import NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action


def find(*, by: User, number: str, action: Action) -> Participant:
    """A participant of the sites at which the person may do this; otherwise there is none."""
    rows = scoped(Participant.objects.select_related("site"), by, action)
    participant = rows.filter(number=number).first()
    if participant is None:
        raise NotThere(_("There is no participant %(number)s.") % {"number": number})
    return participant


def hold(participant: Participant, *, visit: str = "", locked_only: bool = False) -> Participant:
    """The participant's row as it is now, held until the transaction ends, and still open: neither
    at the end of its way nor frozen or locked, itself or this visit of it. `locked_only` is for
    what may still be done to frozen data."""
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    require_open(row, visit=visit, locked_only=locked_only)
    return row


def require_open(participant: Participant, *, visit: str = "", locked_only: bool = False) -> None:
    """Refuse what has ended, or is frozen or locked. Pages ask it before they offer a form."""
    refuse_closed(participant, visit=visit, locked_only=locked_only)
    if participant.state in ENDED:
        sentence = _("The record of %(number)s is closed (%(state)s).")
        state = participant.get_state_display()
        raise OutOfOrder(sentence % {"number": participant.number, "state": state})


def why_closed(participant: Participant) -> str:
    """The sentence that refuses data of a participant; nothing where they are taken."""
    try:
        require_open(participant)
    except OutOfOrder as refusal:
        return str(refusal)
    return ""


def hold_for_log(participant: Participant) -> Participant:
    """The participant's row, held, of whoever has left as well: refused once it is frozen or
    locked."""
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    refuse_closed(row)
    if row.state == State.LOCKED:
        sentence = _("The record of %(number)s is closed (%(state)s).")
        raise OutOfOrder(sentence % {"number": row.number, "state": row.get_state_display()})
    return row


def hold_unlocked(participant: Participant, *, visit: str = "") -> Participant:
    """The participant's row, held, for what is said about data and goes on after somebody has left
    and while data are frozen: queries and verification. A lock ends that too."""
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    if row.state == State.LOCKED:
        sentence = _("%(number)s is locked: nothing is changed.")
        raise Closed(sentence % {"number": row.number})
    refuse_closed(row, visit=visit, locked_only=True)
    return row


def step(participant: Participant, there: State) -> None:
    """Move a held participant one step, if the protocol has that step."""
    check_step(State(participant.state), there)
    participant.state = there
    participant.save(update_fields=["state"])
    record(participant)


def record(participant: Participant) -> None:
    """Note the state a participant has come to, with the person and the reason of the act."""
    act = acts.current()
    Step.objects.create(
        participant=participant,
        state=participant.state,
        by=act.by if act else None,
        reason=act.reason if act else "",
    )
