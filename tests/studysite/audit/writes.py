"""The ways in which a row can be written, each for any model. A way returns how many rows it
changed in the model's own table, or None where the model has no such way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core import serializers
from django.core.management import call_command
from django.db import connection
from django.db.models import CheckConstraint, Field, ForeignKey, ManyToManyField, Model, Q
from django.forms import modelform_factory

from studysite.core.audit.tables import NEVER_DELETED
from tests.studysite.audit.rows import models, other_value, saved, unsaved

Way = Callable[[type[Model], Path], int | None]


def changeable(model: type[Model]) -> Field | None:
    """A field whose value may become another without a rule in the way: text, number or moment."""
    ruled = {
        name
        for rule in model._meta.constraints
        if isinstance(rule, CheckConstraint)
        for name in _named(rule.condition)
    }
    plain = [
        field
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.unique or field.choices or field.null or field.blank)
        and field.name not in ruled
    ]
    for kind in ("TextField", "CharField", "DateTimeField"):
        for field in plain:
            if field.get_internal_type() == kind:
                return field
    return None


def _named(condition: Any) -> set[str]:
    """The fields that a rule of the table is about."""
    if isinstance(condition, Q):
        return set().union(*map(_named, condition.children))
    return {str(condition[0]).split("__")[0]} if isinstance(condition, tuple) else set()


def changed(row: Model) -> tuple[Model, str] | None:
    """The row with a value that it had not, and the field's name."""
    field = changeable(type(row))
    if field is None:
        return None
    setattr(row, field.attname, other_value(field))
    return row, field.attname


def stays(model: type[Model]) -> bool:
    """Whether the database refuses to delete its rows; `test_nothing_is_deleted` shows that."""
    return model._meta.db_table in NEVER_DELETED


def create(model: type[Model], _folder: Path) -> int:
    row = unsaved(model)
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    model._default_manager.create(**values)
    return 1


def save(model: type[Model], _folder: Path) -> int:
    row = saved(model)
    changed(row)
    row.save()
    return 2


def bulk_create(model: type[Model], _folder: Path) -> int:
    rows = model._default_manager.bulk_create([unsaved(model), unsaved(model)])
    return len(rows)


def bulk_update(model: type[Model], _folder: Path) -> int | None:
    made = changed(saved(model))
    if made is None:
        return None
    row, name = made
    return 1 + model._default_manager.bulk_update([row], [name])


def queryset_update(model: type[Model], _folder: Path) -> int:
    row = saved(model)
    field = changeable(model) or model._meta.concrete_fields[-1]
    value = other_value(field) if changeable(model) else getattr(row, field.attname)
    return 1 + model._default_manager.filter(pk=row.pk).update(**{field.attname: value})


def delete(model: type[Model], _folder: Path) -> int | None:
    if stays(model):
        return None
    row = saved(model)
    row.delete()
    return 2


def queryset_delete(model: type[Model], _folder: Path) -> int | None:
    if stays(model):
        return None
    row = saved(model)
    model._default_manager.filter(pk=row.pk)._raw_delete("default")
    return 2


def cascade(model: type[Model], _folder: Path) -> int | None:
    """Delete what a row hangs on, where it goes along."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.remote_field.on_delete.__name__ == "CASCADE":
            getattr(saved(model), field.name).delete()
            return 2
    return None


def raw_sql(model: type[Model], _folder: Path) -> int | None:
    if stays(model):
        return None
    row = saved(model)
    table = connection.ops.quote_name(model._meta.db_table)
    key = connection.ops.quote_name(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {table} ORDER BY {key} DESC")
        found = cursor.fetchall()
        keys = [value for (value,) in found]
        mine = model._meta.pk.get_db_prep_value(row.pk, connection)
        assert mine in keys or str(row.pk) in {str(each) for each in keys}
        cursor.execute(f"UPDATE {table} SET {key} = {key} WHERE {key} = %s", [mine])
        cursor.execute(f"DELETE FROM {table} WHERE {key} = %s", [mine])
    return 3


def executemany(model: type[Model], _folder: Path) -> int | None:
    if stays(model):
        return None
    rows = [saved(model), saved(model)]
    table = connection.ops.quote_name(model._meta.db_table)
    key = connection.ops.quote_name(model._meta.pk.column)
    mine = [[model._meta.pk.get_db_prep_value(row.pk, connection)] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {table} WHERE {key} = %s", mine)
    return 4


def loaddata(model: type[Model], folder: Path) -> int | None:
    if stays(model):
        return None
    row = saved(model)
    text = serializers.serialize("json", [row])
    fixture = folder / "row.json"
    fixture.write_text(text, encoding="utf-8")
    model._default_manager.filter(pk=row.pk)._raw_delete("default")
    call_command("loaddata", str(fixture), verbosity=0)
    return 3


def get_or_create(model: type[Model], _folder: Path) -> int:
    row = unsaved(model)
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    key = values.pop(model._meta.pk.attname) or 900_001
    _found, made = model._default_manager.get_or_create(pk=key, defaults=values)
    assert made
    return 1


def update_or_create(model: type[Model], _folder: Path) -> int:
    row = saved(model)
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    values.pop(model._meta.pk.attname)
    _found, made = model._default_manager.update_or_create(pk=row.pk, defaults=values)
    assert not made
    return 2


def like_the_admin(model: type[Model], _folder: Path) -> int | None:
    """A model form, bound and saved."""
    field = changeable(model)
    if field is None or not field.editable:
        return None
    row = saved(model)
    form = modelform_factory(model, fields=[field.name])(
        {field.name: other_value(field)}, instance=row
    )
    assert form.is_valid(), form.errors
    form.save()
    return 2


def _between(model: type[Model]) -> tuple[Model, str, Model] | None:
    """Two rows, and the relation between them that this table keeps."""
    for owner in models():
        for field in owner._meta.local_many_to_many:
            if isinstance(field, ManyToManyField) and field.remote_field.through is model:
                return saved(owner), field.name, saved(field.related_model)
    return None


def m2m_add(model: type[Model], _folder: Path) -> int | None:
    ends = _between(model)
    if ends is None:
        return None
    getattr(ends[0], ends[1]).add(ends[2])
    return 1


def m2m_remove(model: type[Model], folder: Path) -> int | None:
    ends = _between(model)
    if ends is None:
        return None
    getattr(ends[0], ends[1]).add(ends[2])
    getattr(ends[0], ends[1]).remove(ends[2])
    return 2


def m2m_clear(model: type[Model], folder: Path) -> int | None:
    ends = _between(model)
    if ends is None:
        return None
    getattr(ends[0], ends[1]).set([ends[2]])
    getattr(ends[0], ends[1]).clear()
    return 2


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        create,
        save,
        bulk_create,
        bulk_update,
        queryset_update,
        delete,
        queryset_delete,
        cascade,
        raw_sql,
        executemany,
        loaddata,
        get_or_create,
        update_or_create,
        like_the_admin,
        m2m_add,
        m2m_remove,
        m2m_clear,
    )
}
# Ways that not every table has.
SOME_ONLY = {"bulk_update", "cascade", "like_the_admin", "m2m_add", "m2m_remove", "m2m_clear"}


def as_json(text: str | None) -> Any:
    """A row as the trail keeps it."""
    return None if text is None else json.loads(text)
