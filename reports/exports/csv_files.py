"""CSV: one file a form and one a kind of record, in UTF-8, with a codebook, in one archive. A cell
that a spreadsheet would compute begins with an apostrophe."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, TextIO

from enrollment.codebook import COLUMNS, cell, row_of
from enrollment.crfs.registry import versions_of
from reports.exports import trail
from reports.exports.captured import forms_shown
from reports.exports.datasets import Dataset, datasets, rows
from reports.exports.head import Head
from reports.exports.packed import Spool, pack, spooled
from reports.exports.scope import Scope
from reports.exports.values import Tell
from studysite.core.audit.verify import COLUMNS as EVENT

ABOUT = """This is an export of a clinical study. about.json says of which dataset and under which
checkpoint of the audit trail. codebook.csv describes every question in every version of its form,
records.csv the columns of the other files. Codes stand as they are stored; several answers to one
question are set apart by |. Days are the site's, moments UTC. An empty cell is no answer. A cell
that a spreadsheet would take for a formula begins with an apostrophe. Identity is in no export.
"""


def write(path: Path, scope: Scope, head: Head, tell: Tell) -> None:
    """The archive."""
    with spooled(path) as files:
        _about(files, scope, head)
        known = {each.key: each for each in datasets(scope)}
        writers = {key: _begun(files, each) for key, each in known.items()}
        count, done = scope.participants().count(), 0
        for chunk in scope.chunks():
            for key, values in rows(chunk, scope):
                writers[key].writerow([cell(value) for value in values])
            done += len(chunk)
            tell(done / count)
        if scope.whole:
            _audit(files["audit.csv"])
        pack(path, files.files)


def _begun(files: Spool, dataset: Dataset) -> Any:
    table = csv.writer(files[f"{dataset.key}.csv"])
    table.writerow([column.name for column in dataset.columns])
    return table


def _about(files: Spool, scope: Scope, head: Head) -> None:
    files["README.txt"].write(ABOUT)
    files["about.json"].write(json.dumps(head.as_plain(), ensure_ascii=False, indent=1) + "\n")
    codebook = csv.writer(files["codebook.csv"])
    codebook.writerow(COLUMNS)
    for key in forms_shown(scope):
        for form in versions_of(key).values():
            for item in form.items:
                row = row_of(form, item)
                codebook.writerow([cell(row[column]) for column in COLUMNS])
    records = csv.writer(files["records.csv"])
    records.writerow(["file", "file_label", "column", "label", "kind", "key"])
    for dataset in datasets(scope):
        for place, column in enumerate(dataset.columns):
            is_key = place < dataset.keys
            name = f"{dataset.key}.csv"
            records.writerow(
                [name, dataset.label, column.name, column.label, column.kind.value, is_key]
            )


def _audit(file: TextIO) -> None:
    table = csv.writer(file)
    table.writerow([*EVENT, "leaf"])
    for _number, text, leaf in trail.events():
        table.writerow([cell(value) for value in (*json.loads(text), leaf)])
