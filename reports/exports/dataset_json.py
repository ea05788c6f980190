"""Dataset-JSON 1.1: one file a dataset, with its columns and its rows, in one archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings

from enrollment.protocol.loader import current
from reports.exports import names
from reports.exports.columns import Kind, moment
from reports.exports.datasets import Dataset, datasets, rows
from reports.exports.head import Head
from reports.exports.packed import pack, spooled
from reports.exports.scope import Scope
from reports.exports.values import Tell

VERSION = "1.1.0"
TYPES = {
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "double",
    Kind.DATE: "date",
    Kind.MOMENT: "datetime",
    Kind.BOOLEAN: "boolean",
    Kind.JSON: "string",
}


def write(path: Path, scope: Scope, head: Head, tell: Tell) -> None:
    """The archive. The number of records stands before them, so rows wait in a scratch file."""
    known = datasets(scope)
    counts = dict.fromkeys((each.key for each in known), 0)
    with spooled(path) as waiting, spooled(path) as files:
        count, done = scope.participants().count(), 0
        for chunk in scope.chunks():
            for key, values in rows(chunk, scope):
                line = json.dumps(values, ensure_ascii=False, allow_nan=False)
                waiting[key].write(f",\n{line}" if counts[key] else line)
                counts[key] += 1
            done += len(chunk)
            tell(done / count)
        about = json.dumps(head.as_plain(), ensure_ascii=False, indent=1)
        files["about.json"].write(f"{about}\n")
        for dataset in known:
            described = _described(dataset, counts[dataset.key], head)
            _whole(files[f"{dataset.key}.json"], described, waiting[dataset.key])
        pack(path, files.files)


def _whole(file: TextIO, described: dict[str, Any], lines: TextIO) -> None:
    text = json.dumps(described, ensure_ascii=False, indent=1)
    file.write(f'{text.removesuffix("}").rstrip()},\n "rows": [\n')
    lines.seek(0)
    while part := lines.read(2**20):
        file.write(part)
    file.write("\n]}\n")


def _described(dataset: Dataset, count: int, head: Head) -> dict[str, Any]:
    protocol = current()
    return {
        "datasetJSONCreationDateTime": moment(head.made_at),
        "datasetJSONVersion": VERSION,
        "fileOID": f"{settings.STUDY_NAME}.{dataset.key}.{head.dataset_sha256}",
        "dbLastModifiedDateTime": moment(head.made_at),
        "originator": settings.STUDY_NAME,
        "sourceSystem": {"name": "studysite", "version": settings.VERSION},
        "studyOID": names.study(protocol),
        "metaDataVersionOID": names.metadata(protocol),
        "itemGroupOID": dataset.group_oid,
        "records": count,
        "name": dataset.key,
        "label": dataset.label,
        "columns": [
            {
                "itemOID": oid,
                "name": column.name,
                "label": column.label,
                "dataType": TYPES[column.kind],
            }
            | ({"keySequence": place} if place <= dataset.keys else {})
            for place, (column, oid) in enumerate(
                zip(dataset.columns, dataset.oids, strict=True), start=1
            )
        ],
    }
