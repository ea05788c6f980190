"""Rows as lines of JSON, the same from either engine, and back into either.

A line is a row: its columns in the order that the head of the backup gives. Models are asked for
by name in a registry, which for a backup of an earlier version is that version's.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.apps import apps
from django.db import connections
from django.db.models import Field, Model
from django.db.models.fields.json import JSONField

from studysite.core.audit.tables import models_in
from studysite.core.disk import Readable

# Whoever was signed in signs in again: a session that was ended must not come back to life.
LEFT_OUT = {"sessions.Session", "usersessions.UserSession"}
ROWS_AT_ONCE = 2000
PART_BYTES = 4 * 2**20


class Registry(Protocol):
    """Where models are found by name: Django's own, or a migration's."""

    def get_model(self, app_label: str, model_name: str) -> type[Model]:
        """A model."""
        ...

    def get_models(self, include_auto_created: bool = False) -> Iterable[type[Model]]:
        """All of them."""
        ...


@dataclass(frozen=True)
class Kept:
    """A table in a backup."""

    model: str
    table: str
    columns: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Where its parts are among the members."""
        return self.table

    def model_in(self, registry: Registry) -> type[Model]:
        """Its model."""
        return registry.get_model(*self.model.split("."))


def tables(using: str, registry: Registry = apps) -> list[Kept]:
    """Every table of a database that a backup holds, those that others point to first."""
    found = models_in(using, registry.get_models(include_auto_created=True))
    models = [model for model in found if model._meta.label not in LEFT_OUT]
    return [
        Kept(
            model._meta.label,
            model._meta.db_table,
            tuple(str(field.column) for field in model._meta.concrete_fields),
        )
        for model in _in_order(models)
    ]


def _in_order(models: Iterable[type[Model]]) -> list[type[Model]]:
    waiting = sorted(models, key=lambda model: model._meta.db_table)
    placed: list[type[Model]] = []
    while waiting:
        ready = [model for model in waiting if not _points_to(model) & set(waiting) - {model}]
        # Tables that point to one another: their order is no matter inside one transaction.
        placed += ready or waiting
        waiting = [model for model in waiting if model not in placed]
    return placed


def _points_to(model: type[Model]) -> set[type[Model]]:
    return {field.related_model for field in model._meta.concrete_fields if field.related_model}


def parts(using: str, kept: Kept, registry: Registry) -> Iterator[tuple[int, bytes]]:
    """The rows of a table, some thousand at a time: how many, and their lines, packed."""
    model = kept.model_in(registry)
    fields = list(model._meta.concrete_fields)
    names = [field.attname for field in fields]
    rows = model._base_manager.using(using).order_by("pk").values_list(*names)
    count, size, part = 0, 0, io.BytesIO()
    for row in rows.iterator(ROWS_AT_ONCE):
        size += part.write(_line(row))
        count += 1
        if size >= PART_BYTES:
            yield count, _packed(part)
            count, size, part = 0, 0, io.BytesIO()
    if count:
        yield count, _packed(part)


def _packed(part: io.BytesIO) -> bytes:
    return gzip.compress(part.getvalue(), compresslevel=1, mtime=0)


def _line(row: tuple[Any, ...]) -> bytes:
    text = json.dumps(row, default=_plain, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)


def load(using: str, kept: Kept, packed: Readable, registry: Registry) -> int:
    """Put the rows of one part in as they are; how many."""
    model = kept.model_in(registry)
    fields = {str(field.column): field for field in model._meta.concrete_fields}
    ordered = [fields[column] for column in kept.columns]
    count, batch = 0, []
    with gzip.open(io.BytesIO(packed.read())) as lines:
        for line in lines:
            values = zip(ordered, json.loads(line), strict=True)
            batch.append(model(**{field.attname: _value(field, raw) for field, raw in values}))
            count += 1
            if len(batch) == ROWS_AT_ONCE:
                _insert(using, model, batch)
                batch = []
    _insert(using, model, batch)
    return count


def _value(field: Field, raw: Any) -> Any:
    target = getattr(field, "target_field", field)
    kind = target.get_internal_type()
    if raw is None or isinstance(target, JSONField):
        return raw
    if kind == "BinaryField":
        return base64.b64decode(raw)
    return datetime.fromisoformat(raw) if kind == "DateTimeField" else target.to_python(raw)


def _insert(using: str, model: type[Model], batch: list[Any]) -> None:
    """As `loaddata` does: the values as they are, whatever a field would put in their place."""
    fields = list(model._meta.concrete_fields)
    at_once = max(connections[using].ops.bulk_batch_size(fields, batch), 1) if batch else 1
    for start in range(0, len(batch), at_once):
        rows = batch[start : start + at_once]
        model._base_manager.using(using)._insert(rows, fields=fields, using=using, raw=True)  # type: ignore[attr-defined]
