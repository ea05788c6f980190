"""The sealed allocation list: made and sealed once, opened for one enrolment at a time.

Nothing but `take_slot` and `prove_list` opens the list, and neither says what comes next.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from enrollment.allocation import ALGORITHM, drawn_again, read, written
from enrollment.models import AllocationList, AllocationSlot, Enrolment, Participant
from enrollment.models.participant import Side
from enrollment.protocol.loader import current, design_of
from enrollment.services.places import places_left, take_place
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, OutOfOrder, StudyError
from studysite.core.keys import key_from_file
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said

NONCE_BYTES = 12
SEED_BYTES = 32


class AllocationUnreadable(StudyError):
    """The list does not open, or is not the one that was sealed."""

    code = "allocation"
    status = 500


@dataclass(frozen=True)
class Place:
    """An arm and the place in it that an enrolment took."""

    arm: str
    position: int


@service(Action.SEAL_ALLOCATION)
def seal_list(*, by: User) -> AllocationList:
    """Draw the trial's list from a fresh seed and seal it. Nobody sees it, this person included."""
    require(by, Action.SEAL_ALLOCATION)
    protocol = current()
    if not protocol.allocation.randomised:
        raise OutOfOrder(_("The protocol assigns the arms, so there is no list to seal."))
    if sealed_list() is not None:
        raise Conflict(_("The list is sealed already. There is one list for the whole study."))
    if Enrolment.objects.exists():
        raise OutOfOrder(_("Participants are enrolled already; a list is sealed before the first."))
    design = design_of(protocol)
    content = written(secrets.token_bytes(SEED_BYTES), design)
    digest = hashlib.sha256(content).hexdigest()
    about(protocol.id[:32], said("Allocation list sealed: %(sha256)s", sha256=digest))
    return AllocationList.objects.create(
        protocol=protocol.id,
        protocol_version=protocol.version,
        algorithm=ALGORITHM,
        slots_count=design.slots * len(design.strata),
        sha256=digest,
        sealed=_sealed(content, protocol.id),
        by=by,
    )


def sealed_list() -> AllocationList | None:
    """The trial's list, as sealed."""
    return AllocationList.objects.filter(protocol=current().id).first()


def spent_by_stratum(row: AllocationList) -> list[tuple[str, int]]:
    """How many slots of each stratum are spent, as anybody who counts enrolments knows."""
    spent = dict(row.spent.values_list("stratum").annotate(Count("pk")).order_by())
    return [
        (str(Side(stratum).label), spent.get(stratum, 0)) for stratum in current().allocation.strata
    ]


def take_slot(participant: Participant) -> Place:
    """Spend the next slot of a participant's stratum, inside the enrolment's own transaction.

    A slot whose arm is full is spent on nobody. The list's row is held, so one enrolment follows
    the other and no two see the same slot as the next.
    """
    row = AllocationList.objects.select_for_update().filter(protocol=current().id).first()
    if row is None:
        raise OutOfOrder(_("The allocation list is not sealed yet. The data manager seals it."))
    if not any(places_left().values()):
        raise Conflict(_("Every arm has its target; the study takes nobody more."), code="arm_full")
    arms, stratum = read(_opened(row)), participant.affected_side
    spent = row.spent.filter(stratum=stratum)
    position = spent.aggregate(last=Max("position"))["last"] or 0
    while (arm := arms.get((stratum, position := position + 1))) is not None:
        place = take_place(arm)
        AllocationSlot.objects.create(
            list=row,
            stratum=stratum,
            position=position,
            participant=participant if place else None,
        )
        if place:
            return Place(arm, place)
    raise Conflict(_("The allocation list has no slot left for this side."), code="list_exhausted")


def prove_list(row: AllocationList) -> None:
    """Raises when the list does not open, is not what was sealed, or does not come out of its seed
    again to the byte."""
    content = _opened(row)
    if drawn_again(content) != content:
        raise AllocationUnreadable(_("The allocation list does not follow from its seed."))
    arms = read(content)
    for slot in row.spent.exclude(participant=None).select_related("participant__enrolment"):
        due = arms.get((slot.stratum, slot.position))
        if slot.participant is None or slot.participant.enrolment.arm != due:
            sentence = _("%(number)s is not in the arm of its slot.")
            raise AllocationUnreadable(sentence % {"number": slot.participant})


def _sealed(content: bytes, protocol: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_key()).encrypt(nonce, content, protocol.encode())


def _opened(row: AllocationList) -> bytes:
    sealed = bytes(row.sealed)
    try:
        content = AESGCM(_key()).decrypt(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.protocol.encode()
        )
    except InvalidTag as error:
        sentence = _("The allocation list cannot be opened with this key.")
        raise AllocationUnreadable(sentence) from error
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise AllocationUnreadable(_("The allocation list is not the one that was sealed."))
    return content


def _key() -> bytes:
    return key_from_file(settings.ALLOCATION_KEY_FILE)
