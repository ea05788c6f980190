"""Reviewing the audit trail is itself on record: who looked, through which filter, when."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.db.models import QuerySet

from enrollment.models import Participant
from enrollment.trail import Asked, events
from studysite.core.access import require, sites_for
from studysite.core.acts import about, service
from studysite.core.audit import checkpoints, sealing
from studysite.core.models import Act, AuditEvent, User
from studysite.core.roles import Action
from studysite.core.said import said

COLUMNS = (
    "seq", "at", "txn", "table", "row_pk", "op", "old_row", "new_row", "actor", "actor_kind",
    "action", "request_id", "reason", "subject", "site", "schema_version",
)  # fmt: skip
AT_ONCE = 2000
# What a spreadsheet would take for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@service(Action.REVIEW_AUDIT)
def record_review(*, by: User, asked: Asked, remark: str = "") -> None:
    """Put on record that a person has reviewed the trail through a filter."""
    require(by, Action.REVIEW_AUDIT)
    told = said("Reviewed: %(filter)s %(remark)s", filter=asked.words(), remark=remark.strip())
    about(asked.subject, told)


@service(Action.REVIEW_AUDIT)
def export_trail(*, by: User, asked: Asked) -> Iterator[str]:
    """The events that fit, as CSV, line by line; the newest checkpoint stands in the first line."""
    require(by, Action.REVIEW_AUDIT)
    about(asked.subject, said("Exported: %(filter)s", filter=asked.words()))
    point = sealing.newest()
    last = AuditEvent.objects.order_by("seq").values_list("seq", flat=True).last() or 0
    return _csv(events(by, asked), last, checkpoints.line(point) if point else "")


def reviews(by: User) -> QuerySet[Act]:
    """The reviews so far that people of one's own sites made, newest first; none of what
    somebody who is at other sites too looked at there."""
    done = Act.objects.filter(action=Action.REVIEW_AUDIT.value, outcome="done")
    sites = sites_for(by, Action.SEE_HISTORY)
    own = User.objects.filter(memberships__site__in=sites)
    elsewhere = Participant.objects.exclude(site__in=sites).values("number")
    rows = done.filter(by__in=own).exclude(subject__in=elsewhere)
    return rows.select_related("by").order_by("-at")


def _csv(rows: QuerySet[AuditEvent], last: int, checkpoint: str) -> Iterator[str]:
    """Line by line, some thousand events at a time: never all of them in memory. What is written
    meanwhile, this export itself among it, comes after `last` and is not in it."""
    yield _line(["checkpoint", checkpoint])
    yield _line(COLUMNS)
    found = list(rows.filter(seq__lte=last).values_list(*COLUMNS)[:AT_ONCE])
    while found:
        yield from map(_line, found)
        found = list(rows.filter(seq__lt=found[-1][0]).values_list(*COLUMNS)[:AT_ONCE])


def _line(values: Any) -> str:
    out = StringIO()
    csv.writer(out).writerow([defused(value) for value in values])
    return out.getvalue()


def defused(value: Any) -> str:
    """A cell that no spreadsheet computes."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
