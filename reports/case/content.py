"""What a case is made of. Rows hold stored words alone; their names in the reader's language are
properties, so that the digest of a case is the same in every language.

Moments are UTC, days are the site's. No row holds a name, hospital number or birth date of the
participant; people are staff, by their printed names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from enrollment.journey import State
from enrollment.models import Participant
from enrollment.models.forms import EntryState
from enrollment.protocol.in_force import asked_once
from reports.case import criteria, forms, measurement, participation, reads, record, scans
from reports.case.criteria import Judged
from reports.case.forms import Filled
from reports.case.measurement import Measured
from reports.case.participation import (
    Allocated,
    Consented,
    Left,
    ScreenFailed,
    Subject,
    Visited,
)
from reports.case.reads import Adjudicated, ReadOnce
from reports.case.record import Asked, Event, Signed, Step
from reports.case.scans import Expected

SCHEMA = "case/1"
AT_ONCE = 100
# What a content is made of beside the participant's own row: single rows, and lists of them.
_ROWS = ("site", "enrolment__by", "screen_failure__by", "withdrawal__by")
_LISTS = (
    "consents__obtained_by", "judgements__by", "visits__scans__series__checks__by", "entries__by",
    "series__measurements__by", "reads__reader", "adjudications__reader",
)  # fmt: skip


@dataclass(frozen=True)
class Content:
    """What a signature covers: everything that was found out about the participant."""

    subject: Subject
    allocated: Allocated | None
    consents: tuple[Consented, ...]
    criteria: tuple[Judged, ...]
    screen_failed: ScreenFailed | None
    left: Left | None
    visits: tuple[Visited, ...]
    forms: tuple[Filled, ...]
    scans: tuple[Expected, ...]
    measurement: Measured | None
    reads: tuple[ReadOnce, ...]
    adjudicated: Adjudicated | None

    @property
    def sha256(self) -> str:
        """The digest of the canonical JSON: sorted keys, no spaces, moments in UTC."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def canonical(self) -> bytes:
        """The content as canonical JSON, UTF-8. What is empty is left out, so that a field that a
        later version of this software adds voids no signature given before it."""
        text = json.dumps(
            {"schema": SCHEMA, **_filled(self)},
            sort_keys=True,
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
            default=_iso,
        )
        return text.encode()

    @property
    def finding(self) -> Filled | None:
        """The surgical finding, once it is submitted."""
        rows = (row for row in self.forms if row.form == "surgical_finding")
        return next((row for row in rows if row.state == EntryState.SUBMITTED), None)

    @property
    def data_refused(self) -> bool:
        """Whether the participant left and does not let the data stay."""
        return self.left is not None and not self.left.data_may_stay

    @property
    def images_refused(self) -> bool:
        """Whether the participant left and does not let the images stay, nor what came of them."""
        return self.data_refused or (self.left is not None and bool(self.left.images_refused))


@dataclass(frozen=True)
class Case:
    """A participant's content, and the record of how it came about."""

    content: Content
    state: str
    way: tuple[Step, ...]
    signatures: tuple[Signed, ...]
    history: tuple[Event, ...]
    queries: tuple[Asked, ...] = ()

    @property
    def state_label(self) -> str:
        """The participant's state in words."""
        return str(State(self.state).label)

    @property
    def as_of(self) -> datetime | None:
        """The moment of the newest thing that was done to the record."""
        return max((event.at for event in self.history), default=None)


def content_of(participant: Participant) -> Content:
    """What a signature covers, as the database has it now."""
    return next(contents(Participant.objects.filter(pk=participant.pk)))


def contents(rows: QuerySet[Participant]) -> Iterator[Content]:
    """What a signature of each covers, in their order: so many queries for every hundred of them,
    however much was found out about each."""
    whole = rows.select_related(*_ROWS).prefetch_related(*_LISTS)
    with asked_once():
        yield from map(_content, whole.iterator(chunk_size=AT_ONCE))


def _content(participant: Participant) -> Content:
    """Where the data may not stay, what was found out is left out; where the images may not, what
    came of them."""
    leaving = participation.left(participant)
    kept = leaving is None or leaving.data_may_stay
    kept_images = kept and not (leaving and leaving.images_refused)
    return Content(
        subject=participation.subject_of(participant, kept=kept),
        allocated=participation.allocated(participant),
        consents=participation.consents_of(participant),
        criteria=criteria.judged(participant) if kept else (),
        screen_failed=participation.screen_failed(participant),
        left=leaving,
        visits=participation.visits_of(participant),
        forms=forms.forms_of(participant) if kept else (),
        scans=scans.scans_of(participant) if kept_images else (),
        measurement=measurement.measurement_of(participant) if kept_images else None,
        reads=reads.reads_of(participant) if kept_images else (),
        adjudicated=reads.adjudicated(participant) if kept_images else None,
    )


def case_of(participant: Participant) -> Case:
    """A participant's case as it is now."""
    row = Participant.objects.select_related("site", "enrolment__by").get(pk=participant.pk)
    content = content_of(row)
    return Case(
        content=content,
        state=row.state,
        way=record.way_of(row),
        signatures=record.signatures_of(row, content.sha256),
        history=record.history_of(row, told=not content.data_refused),
        queries=record.queries_of(row) if not content.data_refused else (),
    )


def _filled(value: Any) -> Any:
    """The same in JSON's own types without empty texts, lists and rows; numbers and truth values
    stay."""
    if is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, dict):
        pairs = ((name, _filled(one)) for name, one in value.items())
        return {name: one for name, one in pairs if one not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_filled(one) for one in value]
    return value


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a case")
