"""Any form definition comes out as codebook, CSV, Dataset-JSON and PDF; as ODM in `test_odm.py`,
on a page in `tests/enrollment/crfs/test_properties.py`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from odmlib.dataset_json_1_1 import DatasetJSON

from enrollment.codebook import COLUMNS, FORMULA, cell, row_of
from enrollment.crfs.checking import completed, without_blanks
from enrollment.crfs.definition import Form
from enrollment.crfs.expression import Record
from enrollment.crfs.registry import FORMS
from enrollment.crfs.written import as_data
from reports.catalog import crf
from reports.exports.captured import Filled, Revision
from reports.exports.dataset_json import _described
from reports.exports.datasets import Dataset, _of_form, _row
from reports.exports.head import Head
from tests.enrollment.crfs.test_properties import ANSWERS, forms

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
# A PDF takes a third of a second.
VERY_FEW = settings(FEW, max_examples=4)
AT = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


@contextmanager
def registered(form: Form) -> Iterator[Dataset]:
    """The form is one of the study's while this lasts; its flat dataset."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FORMS, form.key, form)
        yield _of_form(form.key)


def read_back(rows: list[list[str]]) -> list[list[str]]:
    """What a reader of CSV makes of the rows."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return list(csv.reader(io.StringIO(out.getvalue(), newline="")))


def meant(text: str) -> str:
    """A cell without the apostrophe that defuses it."""
    return text[1:] if text.startswith(tuple(f"'{begin}" for begin in FORMULA)) else text


@FEW
@given(forms())
def test_any_definition_has_a_codebook_that_says_it_all(form: Form) -> None:
    told = [row_of(form, item) for item in form.items]
    written = [[cell(row[column]) for column in COLUMNS] for row in told]
    assert read_back(written) == written
    for item, cells in zip(form.items, written, strict=True):
        row = dict(zip(COLUMNS, cells, strict=True))
        assert (row["item"], row["type"], row["unit"]) == (item.name, item.type.value, item.unit)
        assert meant(row["question_en"]) == meant(item.question_en)
        assert json.loads(row["codes"] or "[]") == as_data(item.codes)
        assert not any(text.startswith(("=", "+", "@", "\t", "\r")) for text in cells)


@FEW
@given(forms(), ANSWERS)
def test_any_answers_to_any_definition_come_out_flat(form: Form, answers: dict[str, Any]) -> None:
    kept = without_blanks(completed(form, answers, Record()))
    kept = {name: kept[name] for name in kept if not is_nan(kept[name])}
    now = Revision(
        "XA-001", form.key, form.version, "baseline", "1", 1, "submitted", kept, "liu", AT
    )
    with registered(form) as dataset:
        values = _row("XA-001", Filled((now,)))
        described = _described(dataset, 1, Head(AT, "0" * 64, "a checkpoint", ("XA",), True))
    names = [column.name for column in dataset.columns]
    assert len(values) == len(names) == len(set(names)) == len(set(dataset.oids))
    cells = [cell(value) for value in values]
    assert read_back([names, cells]) == [names, cells]
    told = DatasetJSON.from_json(json.dumps({**described, "rows": [values]}, allow_nan=False))
    row = dict(zip(told.column_names, told.rows[0], strict=True))
    for item in form.items:
        answer = kept.get(item.name)
        assert row[item.name] == (
            "|".join(map(str, answer)) if isinstance(answer, list) else answer
        )


def is_nan(value: object) -> bool:
    """What no check lets in, and JSON has no word for."""
    return isinstance(value, float) and value - value != 0


@pytest.mark.django_db
@VERY_FEW
@given(forms())
def test_any_definition_is_printed(form: Form) -> None:
    with pikepdf.open(BytesIO(crf.blank(form).content)) as document:
        assert len(document.pages) >= 1
        assert document.docinfo["/Title"]
