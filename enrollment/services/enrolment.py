"""Enrolment into an arm, and leaving."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.crfs.checking import check, without_blanks
from enrollment.definitions import in_use
from enrollment.journey import State
from enrollment.models import Enrolment, Participant, Withdrawal
from enrollment.models.enrolment import LeavingKind
from enrollment.protocol.loader import current
from enrollment.schedule import window
from enrollment.services import way
from enrollment.services.allocation import Place, take_slot
from enrollment.services.consent import require_consent
from enrollment.services.forms import FormInvalid
from enrollment.services.places import take_place
from enrollment.services.records import record_of
from enrollment.services.stopping import refuse_stopped
from enrollment.services.visits import plan_visit
from enrollment.stops import What
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said, word


@service(Action.ENROL)
def enrol(*, by: User, participant: Participant, arm: str = "", reason: str = "") -> Enrolment:
    """Put an eligible participant into an arm that still has a place, and plan the visits. The arm
    is a person's choice or the sealed list's, as the protocol says."""
    require(by, Action.ENROL, participant.site)
    protocol = current()
    if protocol.allocation.randomised and arm:
        raise Invalid(_("The sealed list gives the arm; nobody names it."), field="arm")
    row = way.hold(participant)
    if row.state != State.ELIGIBLE:
        # A scan that is repeated takes an enrolled participant back to "enrolled": that is no
        # enrolment, so the way's own check is not enough here.
        raise OutOfOrder(_("Only an eligible participant can be enrolled."))
    require_consent(row)
    refuse_stopped(row, What.ENROLMENT)
    place = take_slot(row) if protocol.allocation.randomised else _assigned(arm, reason)
    way.step(row, State.ENROLLED)
    today = timezone.localdate()
    enrolment = Enrolment.objects.create(
        participant=row,
        arm=place.arm,
        position=place.position,
        method=protocol.allocation_method,
        reason=reason.strip(),
        on=today,
        by=by,
    )
    planned = set(row.visits.values_list("key", flat=True))
    for plan in protocol.visits:
        due = window(plan, row.screened_on, today)
        if due is not None and plan.key not in planned:
            plan_visit(row, plan, due, protocol)
    about(row.number, said("Enrolled"))
    participant.refresh_from_db()
    return enrolment


def _assigned(arm: str, reason: str) -> Place:
    """The place in the arm that a person names."""
    protocol = current()
    if arm not in {item.key for item in protocol.arms}:
        raise Invalid(_("The protocol has no such arm."), field="arm")
    if not reason.strip():
        raise Invalid(_("Say why this arm was chosen."), field="reason")
    position = take_place(arm)
    if position is None:
        sentence = _("This arm is full: it takes %(target)d participants.")
        target = protocol.arm(arm).target
        raise Conflict(sentence % {"target": target}, code="arm_full", field="arm")
    return Place(arm, position)


@service(Action.WITHDRAW)
def withdraw(
    *,
    by: User,
    participant: Participant,
    kind: str,
    on: date,
    decided_by: str,
    data_may_stay: bool,
    images_may_stay: bool | None = None,
    reason: str,
) -> Withdrawal:
    """End a participant's part in the study; what data may stay is recorded with it. The images go
    with the data unless it is said otherwise."""
    require(by, Action.WITHDRAW, participant.site)
    row = way.hold(participant)
    images = data_may_stay if images_may_stay is None else images_may_stay and data_may_stay
    _check_leaving(
        row,
        {
            "kind": kind,
            "on": on.isoformat(),
            "decided_by": decided_by,
            "data_may_stay": "yes" if data_may_stay else "no",
            **({"images_may_stay": "yes" if images else "no"} if data_may_stay else {}),
            "reason": reason.strip(),
        },
    )
    left_in = row.state
    if kind == LeavingKind.LOST and left_in in {State.SCREENED, State.CONSENTED, State.ELIGIBLE}:
        raise OutOfOrder(_("Only an enrolled participant can be lost to follow-up."), field="kind")
    way.step(row, State(kind))
    decider = said("the participant") if decided_by == "participant" else said("the investigator")
    left = word(State(kind).label)
    about(row.number, said("%(state)s, decided by %(who)s", state=left, who=decider))
    withdrawal = Withdrawal.objects.create(
        participant=row,
        kind=kind,
        left_in_state=left_in,
        on=on,
        decided_by=decided_by,
        data_may_stay=data_may_stay,
        images_may_stay=images,
        reason=reason.strip(),
        by=by,
    )
    participant.refresh_from_db()
    return withdrawal


def _check_leaving(row: Participant, answers: Mapping[str, str]) -> None:
    definition = in_use("withdrawal")
    given = without_blanks(answers)
    if problems := check(definition, given, record_of(row), complete=True):
        raise FormInvalid(problems)
