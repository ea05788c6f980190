"""Locking a case, a visit or the study; and unlocking, which takes two people."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment.journey import ENDED, State
from enrollment.models import Closure, Participant, UnlockRequest
from enrollment.models.closing import Level, Scope
from enrollment.services import way
from enrollment.services.freezing import (
    close,
    hold_everyone,
    outcome,
    reopen,
    require_reason,
    require_where,
)
from enrollment.services.queries import open_queries
from imaging.services.sessions import reads_to_come
from reports.case.dataset import dataset_sha256
from reports.services.signing import must_be_renewed
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, NotPermitted, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


@service(Action.LOCK)
def lock_case(*, by: User, participant: Participant, reason: str) -> Participant:
    """Close a signed case, or the record of somebody who left. The newest signature must hold for
    the content as it is. Reads still to come are given up, and told; unlocked, they come again."""
    require(by, Action.LOCK, participant.site)
    require_reason(reason)
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    if row.state == State.SIGNED and must_be_renewed(row):
        raise OutOfOrder(
            _("The content was changed after it was signed; it must be signed again first."),
            code="signature_not_valid",
        )
    _refuse_open_queries(row)
    given_up = reads_to_come(row)
    if row.state not in ENDED:
        way.step(row, State.LOCKED)
    close(by=by, action=Action.LOCK, level=Level.LOCKED, participant=row, visit="", reason=reason)
    about(row.number, _without(said("Record locked"), given_up))
    participant.refresh_from_db()
    return row


@service(Action.LOCK)
def lock_visit(*, by: User, participant: Participant, visit: str, reason: str) -> Closure:
    """Close one visit of a participant for good, while the others go on."""
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    _refuse_open_queries(row, visit)
    closure = close(
        by=by, action=Action.LOCK, level=Level.LOCKED, participant=participant, visit=visit,
        reason=reason,
    )  # fmt: skip
    about(participant.number, outcome(closure, said("Locked")))
    return closure


@service(Action.LOCK)
def lock_study(*, by: User, reason: str) -> Closure:
    """Close the whole study; the lock carries the digest of the dataset."""
    require_where(by, Action.LOCK, None)
    hold_everyone()
    _refuse_open_queries()
    closure = close(
        by=by, action=Action.LOCK, level=Level.LOCKED, participant=None, visit="",
        reason=reason, dataset_sha256=dataset_sha256(),
    )  # fmt: skip
    locked = outcome(closure, said("Locked"))
    digest = closure.dataset_sha256
    done = said("%(done)s, dataset %(sha256)s", done=locked, sha256=digest)
    about("", _without(done, reads_to_come()))
    return closure


@service(Action.UNLOCK)
def ask_unlock(*, by: User, closure: Closure, reason: str) -> UnlockRequest:
    """Ask that a lock be opened; another data manager decides."""
    require_where(by, Action.UNLOCK, closure.participant)
    require_reason(reason)
    row = _locked(closure)
    try:
        with transaction.atomic():
            request = UnlockRequest.objects.create(closure=row, reason=reason.strip(), by=by)
    except IntegrityError as error:
        raise Conflict(_("Somebody has asked already; it waits for a decision.")) from error
    about(_number(row), outcome(row, said("Unlocking asked for")))
    return request


@service(Action.UNLOCK)
def decide_unlock(
    *, by: User, request: UnlockRequest, granted: bool, remark: str = ""
) -> UnlockRequest:
    """Open a lock, or refuse to, on somebody else's request. Signatures stay as they are: each
    shows that it was given before, and whether its content still holds."""
    require_where(by, Action.UNLOCK, request.closure.participant)
    asked = _waiting(request)
    closure = _locked(asked.closure)
    if asked.by_id == by.pk:
        raise NotPermitted(_("Nobody unlocks on their own request; a second person decides."))
    if not granted and not remark.strip():
        raise Invalid(_("Say why it stays locked."), field="remark")
    asked.granted, asked.decided_by, asked.decided_at = granted, by, timezone.now()
    asked.remark = remark.strip()
    asked.save()
    if granted:
        _open(closure, asked)
    done = outcome(closure, said("Unlocked") if granted else said("Unlocking refused"))
    about(_number(closure), said("%(done)s: %(reason)s", done=done, reason=asked.reason))
    return asked


@service(Action.UNLOCK)
def take_back_unlock(*, by: User, request: UnlockRequest) -> UnlockRequest:
    """Take back one's own request to unlock; the lock stays."""
    require_where(by, Action.UNLOCK, request.closure.participant)
    asked = _waiting(request)
    if asked.by_id != by.pk:
        sentence = _("%(by)s has asked; only who asked takes a request back.")
        raise OutOfOrder(sentence % {"by": asked.by})
    asked.taken_back_at = timezone.now()
    asked.save(update_fields=["taken_back_at"])
    taken = outcome(asked.closure, said("Request to unlock taken back"))
    about(_number(asked.closure), taken)
    return asked


def _waiting(request: UnlockRequest) -> UnlockRequest:
    """The request, held. One that is settled says who settled it, when and how."""
    row = UnlockRequest.objects.select_for_update(of=("self",)).select_related(
        "closure__participant", "by", "decided_by"
    )
    asked = row.get(pk=request.pk)
    if asked.taken_back_at is not None:
        sentence = _("%(by)s took this request back at %(at)s.")
        raise Conflict(sentence % {"by": asked.by, "at": _moment(asked.taken_back_at)})
    if asked.decided_at is not None:
        sentence = _("%(by)s decided this request already, at %(at)s: unlocked.")
        if not asked.granted:
            sentence = _("%(by)s decided this request already, at %(at)s: it stays locked.")
        raise Conflict(sentence % {"by": asked.decided_by, "at": _moment(asked.decided_at)})
    return asked


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def _without(done: str, reads: int) -> str:
    """What was done, and how many reads it gave up."""
    return said("%(done)s; reads given up: %(reads)d", done=done, reads=reads) if reads else done


def _refuse_open_queries(participant: Participant | None = None, visit: str = "") -> None:
    """Nobody answers a query in a locked record, so none may be left."""
    count = open_queries(participant, visit).count()
    if count:
        sentence = ngettext(
            "%(count)d query is not closed yet.", "%(count)d queries are not closed yet.", count
        )
        raise OutOfOrder(sentence % {"count": count}, code="queries_open")


def _locked(closure: Closure) -> Closure:
    row = Closure.objects.select_for_update().get(pk=closure.pk)
    if row.level != Level.LOCKED or row.reopened_at:
        raise OutOfOrder(_("This is not locked (any more)."))
    return row


def _open(closure: Closure, asked: UnlockRequest) -> None:
    """The person who decided opens it, for the reason of the one who asked."""
    if asked.decided_by is not None:
        reopen(closure, asked.decided_by, asked.reason)
    if closure.scope == Scope.PARTICIPANT and closure.participant is not None:
        row = Participant.objects.select_for_update().get(pk=closure.participant.pk)
        if row.state == State.LOCKED:
            way.step(row, State.SIGNED)


def _number(closure: Closure) -> str:
    return closure.participant.number if closure.participant else ""
