"""The audit trail as it goes out and comes in: each event as the very text that was hashed.

A reader of the file can hash it again (`sha256(0x00 + text)` is the leaf) and hold the tree to
the checkpoint, without this program. The rows of every table follow from the events, so the trail
alone carries the round trip. Secrets, of which the trail keeps a digest, are not in it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, Subquery

from studysite.core.audit.events import AuditCheckpoint, AuditEvent, AuditLeaf
from studysite.core.audit.sealing import FIELDS
from studysite.core.audit.tables import Column, Table, covered, models_in
from studysite.core.audit.verify import moment

GROUP = "IG.trail"
ITEMS = {
    "IT.trail.event": "Event, as it was hashed",
    "IT.trail.leaf": "Its place in the tree",
    "IT.trail.checkpoint": "Signed checkpoint",
    "IT.trail.bytes": "Bytes of which the event has the digest",
}
EVENT, LEAF, CHECKPOINT, BYTES = ITEMS
_UNWRITABLE = re.compile("[\ufffe\uffff\ud800-\udfff]")
AT_ONCE = 2000


def events() -> Iterator[tuple[int, str, int | None]]:
    """Number, text and place in the tree of each event, in their order."""
    leaves = AuditLeaf.objects.filter(seq=OuterRef("seq")).values("position")[:1]
    rows = AuditEvent.objects.order_by("seq").annotate(leaf=Subquery(leaves))
    for *event, leaf in rows.values_list(*FIELDS, "leaf").iterator(AT_ONCE):
        yield event[0], text_of([event[0], moment(event[1]), *event[2:]]), leaf


def rows() -> Iterator[tuple[str, dict[str, str]]]:
    """Everything of it, as groups of items under a key."""
    for number, text, leaf in events():
        sealed = {} if leaf is None else {LEAF: str(leaf)}
        yield f"event-{number}", {EVENT: text, **sealed}
    for size, text in signed():
        yield f"checkpoint-{size}", {CHECKPOINT: text}
    for number, text in enumerate(sealed_bytes(), start=1):
        yield f"bytes-{number}", {BYTES: text}


def text_of(event: list[Any]) -> str:
    """The text that is hashed, but for characters that XML cannot write: these are escaped."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def signed() -> Iterator[tuple[int, str]]:
    """Each checkpoint with its size."""
    fields = ("size", "origin", "root", "time", "key", "signature", "peaks", "horizon")
    for row in AuditCheckpoint.objects.order_by("size").values(*fields):
        yield row["size"], json.dumps(row, sort_keys=True)


def sealed_bytes() -> Iterator[str]:
    """What is kept as bytes in the study's tables and is no secret: table, key, column, base64."""
    for table, columns in with_bytes():
        model = model_of(table)
        for pk, *values in model._default_manager.order_by("pk").values_list("pk", *columns):
            for column, value in zip(columns, values, strict=True):
                if value is not None:
                    coded = base64.b64encode(bytes(value)).decode()
                    yield json.dumps([table.name, str(pk), column, coded])


def with_bytes() -> list[tuple[Table, list[str]]]:
    """The covered tables that hold bytes, with the names of those columns."""
    found = [
        (table, [c.name for c in table.columns if _is_bytes(c)]) for table in covered("default")
    ]
    return [(table, columns) for table, columns in found if columns]


def model_of(table: Table) -> Any:
    """The model of a covered table."""
    return {model._meta.db_table: model for model in models_in("default")}[table.name]


def _is_bytes(column: Column) -> bool:
    return column.kind == "bytes" and not column.secret
