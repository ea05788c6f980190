"""A study of any size for the benchmark of pages: twelve participants made by the services, and as
many copies of their rows and of their audit events as are asked for.

The copies go in by plain SQL with the triggers off, so their trail proves nothing and is not
sealed. Pages that read it have the same work as with a true one: the rows are as long, as many a
participant, and lie in the same indexes. What a row of the trail holds as JSON is its template's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.db.models import CharField, DateField, Field, ForeignKey, Max, Model, UUIDField
from django.utils import timezone

from enrollment import models as people
from enrollment.journey import State
from enrollment.services.forms import save_form
from imaging import models as images
from reports.models import Document
from studysite.core.audit import install, sealing
from studysite.core.audit.writer import writing
from studysite.core.models import Act, AuditEvent, Job, Signature
from tests import conftest as cast
from tests.api.scene import Scene, build
from tests.audit import TESTER
from tests.bench.world_sql import Dialect, quoted
from tests.enrollment.services.test_stopping import DEVIATION, EVENT
from tests.reports import factory

EVENTS_A_PARTICIPANT = 250
BLOCKS_AT_ONCE = 200
YEARS = timedelta(days=3 * 365)
# In the order in which their rows can be put in.
COPIED: tuple[type[Model], ...] = (
    Act, Job, Signature, people.Participant, people.Consent, people.Judgement,
    people.ScreenFailure, people.Enrolment, people.Withdrawal, people.Step, people.Visit,
    people.ExpectedScan, people.FormEntry, people.FormRevision, people.Query, people.QueryMessage,
    people.Verification, people.Closure, people.UnlockRequest, images.Intake, images.Held,
    images.Series, images.QualityCheck, images.Measurement, images.Read, images.Adjudication,
    Document,
)  # fmt: skip
NUMBERS = {"number", "subject"}
# Days that move with the copy, so that the study spreads over its years.
SPREAD = {"due_on", "opens_on", "closes_on", "screened_on"}
WALKED = (
    State.SCREENED,
    State.CONSENTED,
    State.ELIGIBLE,
    State.ENROLLED,
    State.ENROLLED,
    State.SCREEN_FAILED,
    State.WITHDRAWN,
    State.LOST,
)


def make(participants: int, events: int) -> Scene:
    """Fill the migrated, empty databases that the connections are on; the scene of the first,
    finished participant."""
    with writing(TESTER):
        scene = _templates()
    sealing.seal()
    templates = people.Participant.objects.count()
    copier = Copier(templates, math.ceil(participants / templates) - 1)
    install.take_off("default")
    for model in COPIED:
        copier.copy(model)
    copier.copy_events(events)
    install.put_on("default")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return scene


def _templates() -> Scene:
    """Twelve participants at two sites, in every part of the way; the first is finished."""
    scene, other = build("XA"), build("PK")
    for number, state in enumerate(WALKED, start=1):
        _walked(scene.cast, number, state)
    _logged(scene)
    for number, state in enumerate((State.SCREENED, State.ENROLLED), start=1):
        _walked(other.cast, number, state)
    return scene


def _logged(scene: Scene) -> None:
    """An adverse event and a deviation of the finished participant."""
    for form, answers in (("adverse_event", EVENT), ("deviation", DEVIATION)):
        save_form(
            by=scene.cast.coordinator, participant=scene.participant, form=form, visit="log",
            answers=answers, seen_revision=0, submit=True, reason="Told at the visit.",
        )  # fmt: skip


def _walked(there: factory.Cast, number: int, state: State) -> None:
    row = cast.screened(there.coordinator, there.site, number)
    cast.walk(row, state, there.coordinator, there.investigator, "2d")


class Copier:
    """Puts in so many copies of every row, each under keys of its own."""

    def __init__(self, templates: int, copies: int) -> None:
        self.templates, self.copies = templates, copies
        self.sql = Dialect(connection.vendor)
        self.strides = {model: _largest(model) for model in COPIED}

    def copy(self, model: type[Model]) -> None:
        """Copy a table's rows."""
        if self.copies < 1:
            return
        fields = list(model._meta.local_concrete_fields)
        columns = ", ".join(quoted(field.column) for field in fields)
        values = ", ".join(self._value(model, field) for field in fields)
        table = quoted(model._meta.db_table)
        _execute(
            f"INSERT INTO {table} ({columns}) {self.sql.series(1, self.copies)} "
            f"SELECT {values} FROM {table} t CROSS JOIN series"
        )

    def _value(self, model: type[Model], field: Field) -> str:
        value, k = f"t.{quoted(field.column)}", "series.k"
        target = field.related_model if isinstance(field, ForeignKey) else model
        if (field.primary_key or isinstance(field, ForeignKey)) and target in self.strides:
            return self._key(target, value, k)
        if isinstance(field, CharField) and field.name in NUMBERS:
            return self.sql.number(value, f"{k} * {self.templates}")
        if isinstance(field, DateField) and field.name in SPREAD:
            return self.sql.earlier(value, f"({k} * {YEARS.days} / {self.copies})")
        if field.name == "reading_id":
            return f"'{model.__name__[0]}' || CAST({self._key(model, 't.id', k)} AS TEXT)"
        if field.name == "position":
            return f"{value} + {k} * {self.templates}"
        if isinstance(field, CharField) and field.unique:
            return f"{value} || '.' || CAST({k} AS TEXT)"
        return value

    def _key(self, model: type[Model], value: str, k: str) -> str:
        if isinstance(_pk(model), UUIDField):
            return self.sql.uuid(value, k)
        return f"({value} + {k} * {self.strides[model]})"

    def copy_events(self, events: int) -> None:
        """Copy the templates' events, again and again, until there are as many as asked for; the
        trail spreads evenly over the years."""
        stride = _largest(AuditEvent)
        own = AuditEvent.objects.exclude(subject="").count()
        blocks = max(0, math.ceil((events - AuditEvent.objects.count()) / own))
        last = stride * (blocks + 1)
        at = self.sql.moment((timezone.now() - YEARS).timestamp(), YEARS.total_seconds() / last)
        _execute(f'UPDATE audit_event SET "at" = {at("seq")}')
        with _without_indexes():
            for first in range(1, blocks + 1, BLOCKS_AT_ONCE):
                until = min(first + BLOCKS_AT_ONCE - 1, blocks)
                _execute(self._events(first, until, stride, at))

    def _events(self, first: int, last: int, stride: int, at: object) -> str:
        seq, k = f"t.seq + series.k * {stride}", f"(series.k % {self.copies + 1})"
        known = {
            "seq": seq,
            "at": at(seq),  # type: ignore[operator]
            "subject": self.sql.number("t.subject", f"{k} * {self.templates}"),
            "pk": self._event_key(k),
        }
        columns = [field.column for field in AuditEvent._meta.local_concrete_fields]
        values = ", ".join(known.get(name, f"t.{quoted(name)}") for name in columns)
        named = ", ".join(map(quoted, columns))
        return (
            f"INSERT INTO audit_event ({named}) {self.sql.series(first, last)} SELECT {values} "
            f"FROM series CROSS JOIN audit_event t WHERE t.seq <= {stride} AND t.subject <> '' "
            "ORDER BY series.k, t.seq"
        )

    def _event_key(self, k: str) -> str:
        cases = " ".join(
            f"WHEN '{model._meta.db_table}' THEN "
            f"CAST({self._key(model, 'CAST(t.pk AS BIGINT)', k)} AS TEXT)"
            for model in COPIED
            if not isinstance(_pk(model), UUIDField)
        )
        return f'CASE t."table" {cases} ELSE t.pk END'


def _pk(model: type[Model]) -> Field:
    field = model._meta.pk
    assert field is not None
    return field


def _largest(model: type[Model]) -> int:
    """The largest key that a table has; copies begin above it."""
    if isinstance(_pk(model), UUIDField):
        return 0
    return int(model._default_manager.aggregate(last=Max("pk"))["last"] or 0)


@contextmanager
def _without_indexes() -> Iterator[None]:
    """The trail's indexes are built at the end, in one go each."""
    found = Dialect(connection.vendor).indexes("audit_event")
    for name, _ in found:
        _execute(f"DROP INDEX {quoted(name)}")
    yield
    for _, statement in found:
        _execute(statement)


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
