"""Blinded reads: two readers, each alone; a third where they differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.journey import ENDED, State
from enrollment.models import Participant
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.closing import closure_over
from enrollment.services.forms import settle_surgical_step
from imaging.discrepancy import agreed, differing
from imaging.models import Adjudication, KeyImage, Measurement, Read, Session
from imaging.services.answering import READ, StudyRow, own, take
from imaging.services.readers import READERS_A_CASE, ask_third_reader, new_reading_id
from imaging.services.results import names_signed
from imaging.services.training import require_trained
from imaging.services.viewing import parts_for
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import OutOfOrder
from studysite.core.models import Signature, User
from studysite.core.roles import Action
from studysite.core.said import said
from studysite.core.signing import Standing, sign, standing

SCHEMA = "read/1"
MEANING = said("These are my answers on this case, read as it was shown to me.")


@service(Action.READ_CASE)
def save_answers(
    *,
    by: User,
    row: StudyRow,
    answers: Mapping[str, Any],
    seen_revision: int,
    seconds: int = 0,
) -> StudyRow:
    """Keep answers that are not final yet. Each save is a revision in the audit trail."""
    require(by, Action.READ_CASE, row.participant.site)
    participant = hold(row.participant)
    held = own(by, row, seen_revision)
    take(held, answers, seconds=seconds, final=False)
    held.save()
    about(participant.number, said("Answers of a read were saved"))
    return held


@service(Action.READ_CASE)
def lock_read(
    *,
    by: User,
    read: Read,
    answers: Mapping[str, Any],
    password: str,
    code: str = "",
    seen_revision: int | None = None,
    seconds: int = 0,
) -> Read:
    """Keep a reader's answers for good, under the reader's signature. Two locked reads settle the
    case or ask for a third."""
    require(by, Action.READ_CASE, read.participant.site)
    require_trained(by)
    participant = hold(read.participant)
    row = own(by, read, seen_revision)
    take(row, answers, seconds=seconds, final=True)
    row.locked_at = timezone.now()
    row.save()
    _sign(by, row, row.techniques, row.measurement, password=password, code=code)
    about(participant.number, said("A read was locked"))
    if not row.repeat:
        _settle(participant, Session(row.session))
    return row


@service(Action.ADJUDICATE)
def adjudicate(
    *,
    by: User,
    adjudication: Adjudication,
    answers: Mapping[str, Any],
    password: str,
    code: str = "",
    seen_revision: int | None = None,
    seconds: int = 0,
) -> Adjudication:
    """A third reader's answers, signed, on a case on which the two readers differ."""
    require(by, Action.ADJUDICATE, adjudication.participant.site)
    require_trained(by)
    participant = hold(adjudication.participant)
    row = own(by, adjudication, seen_revision)
    take(row, answers, seconds=seconds, final=True)
    row.at = timezone.now()
    row.save()
    first = _reads_of(participant, Session(row.session))[0]
    _sign(by, row, first.techniques, first.measurement, password=password, code=code)
    if row.session == Session.REGISTERED:
        way.step(participant, State.ADJUDICATED)
        settle_surgical_step(participant)
    about(participant.number, said("Adjudicated by a third reader"))
    return row


def content_sha256(
    row: Read | Adjudication, techniques: list[str], measurement: Measurement
) -> str:
    """What a reader signs: the answers, the form's version, and the very pictures shown."""
    shown = {
        f"{side}/{name}": stored
        for side, files in measurement.pictures.items()
        for name, stored in files.items()
        if name in names_signed(measurement, techniques)
    }
    told = {
        "schema": SCHEMA,
        "reading_id": row.reading_id,
        "techniques": techniques,
        "form": READ,
        "form_version": row.form_version,
        "answers": row.answers,
        "pictures": shown,
    }
    if measurement.parts:
        told["parts"] = parts_for(measurement, techniques)
    kept = KeyImage.kept_with(row)
    if views := list(kept.values("number", "state", "note", "picture")):
        told["key_images"] = views
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def standing_of(read: Read) -> Standing | None:
    """What the signature under a locked read is worth now; None where there is none."""
    signature = Signature.objects.filter(kind=_kind(read)).select_related("by").last()
    if signature is None:
        return None
    return standing(signature, content_sha256(read, read.techniques, read.measurement))


def _kind(row: Read | Adjudication) -> str:
    return f"read {row.reading_id}"


def _sign(
    by: User,
    row: Read | Adjudication,
    techniques: list[str],
    measurement: Measurement,
    *,
    password: str,
    code: str,
) -> None:
    sign(
        by=by,
        password=password,
        code=code,
        subject=row.participant.number,
        kind=_kind(row),
        content_sha256=content_sha256(row, techniques, measurement),
        meaning=MEANING,
    )


def hold(participant: Participant) -> Participant:
    """The participant, held. That the record is closed is said without its number or its state,
    which a blinded reader may not know."""
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    if row.state in ENDED:
        raise OutOfOrder(_("This case was closed; it needs no read any more."), code="case_closed")
    if closure_over(row) is not None:
        raise OutOfOrder(_("This case takes no read for now: its data are closed."), code="closed")
    return row


def _reads_of(participant: Participant, session: Session) -> list[Read]:
    locked = participant.reads.filter(session=session, repeat=False, locked_at__isnull=False)
    return list(locked.select_related("measurement").order_by("reading_id"))


def _settle(participant: Participant, session: Session) -> None:
    reads = _reads_of(participant, session)
    on_the_way = session == Session.REGISTERED
    if len(reads) < READERS_A_CASE or (on_the_way and participant.state != State.MEASURED):
        return
    if on_the_way:
        way.step(participant, State.READ)
    items = current().reading.discrepancy
    if differing(reads[0].answers, reads[1].answers, items):
        ask_third_reader(participant, session)
        return
    Adjudication.objects.create(
        participant=participant,
        session=session,
        reading_id=new_reading_id(),
        method="agreement",
        answers=agreed(reads[0].answers, items),
        at=timezone.now(),
    )
    if on_the_way:
        way.step(participant, State.ADJUDICATED)
        settle_surgical_step(participant)
