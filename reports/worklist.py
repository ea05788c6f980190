"""What is mine to do now with whole cases: sign, lock, look at a document that failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import filterfalse, islice

from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.journey import State
from enrollment.models import Participant
from reports.closures import waiting
from reports.models import Document, DocumentState
from reports.services.signing import must_be_renewed
from studysite.core.access import may, scoped
from studysite.core.models import JobState, User
from studysite.core.roles import Action
from studysite.core.said import say
from studysite.core.worklist import AT_MOST, WorkItem

READY_SHOWN = 5


def items(user: User) -> list[WorkItem]:
    """A person's work at every site where they may do it; the oldest first."""
    found = [*_to_sign(user), *_to_lock(user), *_to_unlock(user), *_failed(user)]
    return sorted(found, key=lambda item: (item.since, item.subject))


def ready(user: User) -> list[Document]:
    """The newest documents that the person asked for and that are made."""
    rows = Document.objects.filter(by=user, state=DocumentState.MADE)
    seen = scoped(rows, user, Action.SEE_CASE_SUMMARY, "participant__site")
    return list(seen.select_related("participant").order_by("-made_at")[:READY_SHOWN])


def _to_sign(user: User) -> Iterator[WorkItem]:
    if not may(user, Action.SIGN_CASE):
        return
    rows = scoped(Participant.objects.order_by("pk"), user, Action.SIGN_CASE)
    rows = rows.prefetch_related("steps")
    for row in rows.filter(state=State.SURGERY_RECORDED)[:AT_MOST]:
        title, detail = _("Sign a case"), _("The surgical finding is recorded")
        yield _item(row, title, detail, "reports:sign", Action.SIGN_CASE)
    signed = rows.filter(state=State.SIGNED).iterator(AT_MOST)
    for row in islice(filter(must_be_renewed, signed), AT_MOST):
        title, detail = _("Sign a case again"), _("Changed after it was signed")
        yield _item(row, title, detail, "reports:sign", Action.SIGN_CASE)


def _to_lock(user: User) -> Iterator[WorkItem]:
    if not may(user, Action.LOCK):
        return
    rows = scoped(Participant.objects.filter(state=State.SIGNED), user, Action.LOCK)
    signed = rows.order_by("pk").prefetch_related("steps").iterator(AT_MOST)
    for row in islice(filterfalse(must_be_renewed, signed), AT_MOST):
        yield _item(row, _("Lock a case"), _("Signed"), "reports:lock", Action.LOCK)


def _to_unlock(user: User) -> Iterator[WorkItem]:
    """What somebody else asks to have unlocked."""
    asked = waiting(user, Action.UNLOCK).exclude(by=user)
    for each in asked.select_related("closure__participant")[:AT_MOST]:
        yield WorkItem(
            title=_("Decide on an unlocking"),
            detail=each.reason,
            url=reverse("closing:study"),
            subject=each.closure.participant.number if each.closure.participant else "",
            since=each.at,
            action=Action.UNLOCK,
        )


def _failed(user: User) -> Iterator[WorkItem]:
    rows = Document.objects.filter(state=DocumentState.ASKED, job__state=JobState.FAILED)
    seen = scoped(rows, user, Action.MAKE_CASE_SUMMARY, "participant__site")
    for document in seen.select_related("participant", "job")[:AT_MOST]:
        yield WorkItem(
            title=_("Look at a document that failed"),
            detail=say(document.job.message) if document.job else "",
            url=reverse("reports:participant_documents", args=[document.participant.number]),
            subject=document.participant.number,
            since=document.at,
            action=Action.MAKE_CASE_SUMMARY,
        )


def _item(row: Participant, title: str, detail: str, where: str, action: Action) -> WorkItem:
    return WorkItem(
        title, detail, reverse(where, args=[row.number]), row.number, _since(row), action
    )


def _since(row: Participant) -> datetime:
    """When the participant came to the present state."""
    steps = list(row.steps.all())
    return steps[-1].at if steps else row.screened_at
