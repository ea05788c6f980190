"""Blinded reads: two readers, each alone; a third where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.crfs.checking import check, without_blanks
from enrollment.definitions import in_use
from enrollment.journey import ENDED, State
from enrollment.models import Participant
from enrollment.services import way
from enrollment.services.closing import closure_over
from enrollment.services.forms import FormInvalid, settle_surgical_step
from imaging.models import Adjudication, Read
from imaging.services.readers import READERS_A_CASE, ask_third_reader, new_reading_id
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said

READ = "neurovascular_read"


@service(Action.READ_CASE)
def lock_read(*, by: User, read: Read, answers: Mapping[str, Any]) -> Read:
    """Keep a reader's answers for good. Two locked reads settle the case or ask for a third."""
    require(by, Action.READ_CASE, read.participant.site)
    participant = _hold(read.participant)
    row = Read.objects.select_for_update().get(pk=read.pk)
    if row.reader_id != by.pk:
        raise NotThere(_("There is no such case in your worklist."))
    if row.locked_at:
        raise OutOfOrder(_("This read is locked."))
    row.answers, row.form_version = _checked(answers), in_use(READ).version
    row.locked_at = timezone.now()
    row.save()
    about(participant.number, said("A read was locked"))
    _settle(participant)
    return row


@service(Action.ADJUDICATE)
def adjudicate(*, by: User, adjudication: Adjudication, answers: Mapping[str, Any]) -> Adjudication:
    """A third reader's answers on a case on which the two readers differ."""
    require(by, Action.ADJUDICATE, adjudication.participant.site)
    participant = _hold(adjudication.participant)
    row = Adjudication.objects.select_for_update().get(pk=adjudication.pk)
    if row.reader_id != by.pk:
        raise NotThere(_("There is no such case in your worklist."))
    if row.at:
        raise OutOfOrder(_("This case is already adjudicated."))
    row.answers, row.at = _checked(answers), timezone.now()
    row.save()
    way.step(participant, State.ADJUDICATED)
    settle_surgical_step(participant)
    about(participant.number, said("Adjudicated by a third reader"))
    return row


def _hold(participant: Participant) -> Participant:
    """The participant, held. That the record is closed is said without its number or its state,
    which a blinded reader may not know."""
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    if row.state in ENDED:
        raise OutOfOrder(_("This case was closed; it needs no read any more."), code="case_closed")
    if closure_over(row) is not None:
        raise OutOfOrder(_("This case takes no read for now: its data are closed."), code="closed")
    return row


def _checked(answers: Mapping[str, Any]) -> dict[str, Any]:
    kept = without_blanks(answers)
    if problems := check(in_use(READ), kept, complete=True):
        raise FormInvalid(problems)
    return kept


def _settle(participant: Participant) -> None:
    reads = list(participant.reads.filter(locked_at__isnull=False).order_by("reading_id"))
    if len(reads) < READERS_A_CASE or participant.state != State.MEASURED:
        return
    way.step(participant, State.READ)
    first, second = reads[0].answers, reads[1].answers
    if all(first[name] == second[name] for name in ("left_nvc", "right_nvc")):
        Adjudication.objects.create(
            participant=participant,
            reading_id=new_reading_id(),
            method="agreement",
            answers={name: first[name] for name in ("left_nvc", "right_nvc")},
            at=timezone.now(),
        )
        way.step(participant, State.ADJUDICATED)
        settle_surgical_step(participant)
        return
    ask_third_reader(participant)
