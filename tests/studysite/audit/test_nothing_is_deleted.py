"""What was asked, verified, closed or signed is never deleted: the database refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from studysite.core.audit.tables import NEVER_DELETED
from tests.studysite.audit.rows import saved

MODELS = [model for model in apps.get_models() if model._meta.db_table in NEVER_DELETED]


def test_every_table_that_is_named_is_there() -> None:
    assert {model._meta.db_table for model in MODELS} == NEVER_DELETED


def ways(row: Model) -> list[Callable[[], object]]:
    """Every way to ask for a row's end."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    statement = f"DELETE FROM {connection.ops.quote_name(row._meta.db_table)}"
    return [
        row.delete,
        rows.delete,
        lambda: rows._raw_delete("default"),
        lambda: connection.cursor().execute(statement),
    ]


def test_the_database_refuses_every_way_to_delete(engine: str) -> None:
    for model in MODELS:
        row = saved(model)
        for way in ways(row):
            with pytest.raises(IntegrityError, match="ever deleted"), transaction.atomic():
                way()
        assert model._default_manager.filter(pk=row.pk).exists(), model
