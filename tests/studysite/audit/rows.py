"""A valid row of any model of the study, made from its fields."""

from __future__ import annotations

import datetime
import itertools
import uuid
from typing import Any

from django.apps import apps
from django.db.models import NOT_PROVIDED, EmailField, Field, ForeignKey, Model

from studysite.core.audit import tables

_numbers = itertools.count(1)

# What a check of the table asks beyond the kind of a field: values, or what makes one.
ASKED: dict[str, dict[str, Any]] = {
    "enrollment.Participant": {"year_of_birth": 1980},
    "enrollment.Query": {
        "origin": "manual",
        "check_code": "",
        "opened_by": lambda: saved(apps.get_model("core.User")),
    },
    "enrollment.Closure": {
        "scope": "participant",
        "visit": "",
        "participant": lambda: saved(apps.get_model("enrollment.Participant")),
    },
    "imaging.KeyImage": {"read": lambda: saved(apps.get_model("imaging.Read"))},
    "imaging.ReaderTraining": {
        "waived_by": lambda: saved(apps.get_model("core.User")),
        "reason": "Trained elsewhere",
    },
    "imaging.Derived": {
        "made_of": "measurement",
        "measurement": lambda: saved(apps.get_model("imaging.Measurement")),
    },
    "imaging.TrainingCase": {"number": lambda: next(_numbers)},
}
MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=datetime.UTC)
VALUES: dict[str, Any] = {
    "integer": 1,
    "float": 0.1 + 0.2,
    "boolean": True,
    "day": datetime.date(2026, 1, 2),
    "moment": MOMENT,
    "json": {"words": '面肌 "痉挛" %s', "none": None, "half": 0.5, "list": [1, "2"]},
    "bytes": b"\x00\xff secret",
}


def models() -> list[type[Model]]:
    """Every model of the study database whose table is covered."""
    found = [
        model for model in tables.models_in("default") if model._meta.label not in tables.EXCUSED
    ]
    return sorted(found, key=lambda model: model._meta.label)


def unsaved(model: type[Model], **values: Any) -> Model:
    """A row that the table would take; what it points to is in the database already."""
    fixed = ASKED.get(model._meta.label, {}) | values
    asked = {name: value() if callable(value) else value for name, value in fixed.items()}
    for field in model._meta.concrete_fields:
        if field.attname in asked or field.name in asked or not _is_needed(field):
            continue
        asked[field.attname] = _value(field)
    return model(**asked)


def saved(model: type[Model], **values: Any) -> Model:
    """The same, in its table."""
    row = unsaved(model, **values)
    row.save(force_insert=True)
    return row


def _is_needed(field: Field) -> bool:
    if field.primary_key:
        return field.default is NOT_PROVIDED and not field.get_internal_type().endswith("AutoField")
    return not field.null


def _value(field: Field) -> Any:
    if isinstance(field, ForeignKey):
        return saved(field.related_model).pk
    if field.blank and tables._kind(field) == "text":
        return ""
    if field.choices:
        return next(iter(field.flatchoices))[0]
    if field.default is not NOT_PROVIDED:
        return field.get_default()
    return other_value(field)


def other_value(field: Field) -> Any:
    """A value of the field's kind, for text and identifiers one that no other row has."""
    kind = tables._kind(field)
    if kind == "uuid":
        return uuid.uuid4()
    if isinstance(field, EmailField):
        return f"{next(_numbers):x}@example.org"
    if kind == "text":
        return f"{next(_numbers):x}"[: field.max_length or 40]
    return VALUES[kind]
