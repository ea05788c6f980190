"""A whole study taken in from its ODM export: the trail as it was, and every row as it says.

Like a migration this is done with the triggers off, by the owner of the database, in one
transaction: what is not exactly what was exported leaves no trace but the refusal. What the import
itself changes (no password comes back) goes into the trail after the rest.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from enrollment.protocol.in_force import forget
from reports.exports import trail
from reports.exports.head import Head, digest_of
from reports.exports.scope import everything
from reports.imports.reading import FORMATS, HEAD_LINES, NotAStudy, Opened, checkpoint_of, open_file
from studysite.core.acts import about, acting
from studysite.core.audit import checkpoints, install, reconcile, sealing
from studysite.core.audit.events import AuditCheckpoint, AuditEvent, AuditLeaf
from studysite.core.audit.sealing import FIELDS
from studysite.core.audit.tables import Table, as_text, covered
from studysite.core.audit.verify import Checkpoint, Tree, leaf_hash
from studysite.core.audit.writer import Kind, Writer, writing
from studysite.core.errors import OutOfOrder
from studysite.core.said import said

IMPORT = "import_study"
WRITER = Writer(Kind.COMMAND, IMPORT, action=IMPORT, reason="manage.py import_study")
AT_ONCE = 1000
USING = "default"


@dataclass(frozen=True)
class TakenIn:
    """What came in."""

    events_count: int
    rows_count: int
    dataset_sha256: str


def take_in(path: Path, held: Sequence[Checkpoint] = ()) -> TakenIn:
    """Take a study in, or refuse with a sentence. `held` are checkpoints kept outside."""
    with TemporaryDirectory(prefix="import-study-") as folder:
        opened = open_file(path, Path(folder) / "scratch")
        _require_whole(opened)
        _require_trail(opened, held)
        with writing(WRITER):
            _require_empty()
            taken = _load(opened)
            _require_same(opened)
            _put_right()
            _put_on_record(opened, taken)
        opened.scratch.close()
    sealing.seal()
    return taken


def _require_whole(opened: Opened) -> None:
    if not opened.whole:
        raise NotAStudy(_("This export is of a part of the study; only a whole one is taken in."))
    if opened.schema() != as_text(covered(USING)):
        sentence = _(
            "This export was made by version %(version)s of the software, whose tables are "
            "others than here: take it in with that version, then migrate."
        )
        raise NotAStudy(sentence % {"version": opened.software})


def _require_trail(opened: Opened, held: Sequence[Checkpoint]) -> None:
    """Every event is in the tree, and the tree is the one that was signed, here and outside."""
    if opened.unsealed():
        raise NotAStudy(_("This export holds events that no checkpoint covers."))
    waiting = sorted(
        [*(checkpoint_of(point) for point in opened.points()), *held], key=lambda one: one.size
    )
    tree, last = Tree(), None
    for leaf, event in opened.leaves():
        if leaf != tree.size:
            raise _changed(f"event {event[0]}")
        tree.add(leaf_hash(event))
        while waiting and waiting[0].size == tree.size:
            last = waiting.pop(0)
            if last.root != tree.root() or not last.is_signed_by(sealing.public_key()):
                raise _changed(f"event {event[0]}")
    if waiting or last is None or last.size != tree.size:
        raise _changed(_("the end of the trail"))
    if checkpoints.line(last) != opened.checkpoint and not held:
        raise _changed(_("the head of the file"))


def _changed(where: str) -> NotAStudy:
    sentence = _(
        "The audit trail in this file is not the one that this study's key has signed: it differs "
        "up to %(where)s."
    )
    return NotAStudy(sentence % {"where": where}, code="trail_changed")


def _require_empty() -> None:
    """Nothing but migrations has ever written here."""
    written = AuditEvent.objects.exclude(op="schema").exclude(actor_kind=Kind.MIGRATION)
    if written.exists():
        raise OutOfOrder(
            _("There is a study here already; an export is taken in by an empty one alone."),
            code="not_empty",
        )


def _load(opened: Opened) -> TakenIn:
    tables = covered(USING)
    install.take_off(USING)
    with connection.cursor() as cursor:
        for model in install.APPENDED:
            cursor.execute(f"DELETE FROM {_quoted(model._meta.db_table)}")  # noqa: S608
        for table in tables:
            cursor.execute(f"DELETE FROM {_quoted(table.name)}")  # noqa: S608
    events_count = _events(opened)
    rows_count = sum(_rows(opened, table) for table in tables)
    _count_on([*install.APPENDED, *(trail.model_of(table) for table in tables)])
    forget()
    return TakenIn(events_count, rows_count, opened.dataset_sha256)


def _events(opened: Opened) -> int:
    count, events, leaves = 0, [], []
    for _seq, leaf, values in opened.events():
        event = dict(zip(FIELDS, values, strict=True))
        event["at"] = datetime.fromisoformat(event["at"]).replace(tzinfo=UTC)
        events.append(AuditEvent(**event))
        place = 0 if leaf is None else leaf
        leaves.append(AuditLeaf(position=place, seq=values[0], hash=leaf_hash(values)))
        gone = values[7] is None
        state = "INSERT OR REPLACE INTO state VALUES (?, ?, ?)"
        opened.scratch.execute(state, (values[3], values[4], None if gone else values[0]))
        count += 1
        if len(events) == AT_ONCE:
            AuditEvent.objects.bulk_create(events)
            AuditLeaf.objects.bulk_create(leaves)
            events, leaves = [], []
    AuditEvent.objects.bulk_create(events)
    AuditLeaf.objects.bulk_create(leaves)
    AuditCheckpoint.objects.bulk_create(AuditCheckpoint(**point) for point in opened.points())
    return count


def _rows(opened: Opened, table: Table) -> int:
    """Every row of a table as its last event left it. Rows whose key is a secret stay out."""
    if any(column.secret for column in table.columns if column.name == table.key):
        return 0
    model, kept = trail.model_of(table), opened.sealed_bytes()
    fields = {field.column: field for field in model._meta.concrete_fields}
    last = (
        "SELECT s.pk, e.text FROM state s JOIN event e ON e.seq = s.seq WHERE s.name = ? "
        "ORDER BY s.seq"
    )
    count, batch = 0, []
    for pk, text in opened.scratch.execute(last, (table.name,)):
        row = json.loads(json.loads(text)[7])
        batch.append(_instance(model, fields, table, pk, row, kept))
        count += 1
        if len(batch) == AT_ONCE:
            _insert(model, batch)
            batch = []
    _insert(model, batch)
    return count


def _instance(
    model: type[Model],
    fields: dict[str, Field],
    table: Table,
    pk: str,
    row: dict[str, Any],
    kept: dict[tuple[str, str, str], str],
) -> Model:
    values: dict[str, Any] = {}
    for column in table.columns:
        field, value = fields[column.name], row.get(column.name)
        if column.secret:
            value = _no_password(field, value)
        elif column.kind == "bytes" and value is not None:
            value = base64.b64decode(kept[table.name, pk, column.name])
        elif column.kind == "moment" and value is not None:
            value = datetime.fromisoformat(str(value))
            value = value if value.tzinfo else value.replace(tzinfo=UTC)
        elif column.kind != "json" and value is not None:
            value = _target(field).to_python(value)
        values[field.attname] = value
    return model(**values)


def _target(field: Field) -> Any:
    """The field whose kind a foreign key has."""
    return getattr(field, "target_field", field)


def _no_password(field: Field, value: Any) -> Any:
    if field.name != "password":
        raise TypeError(f"The import has nothing to put in the place of {field}.")
    return make_password(None) if value is not None else None


def _insert(model: type[Model], batch: list[Any]) -> None:
    """As `loaddata` does: the values as they are, whatever a field would put in their place."""
    fields = list(model._meta.concrete_fields)
    at_once = max(connection.ops.bulk_batch_size(fields, batch), 1)
    for start in range(0, len(batch), at_once):
        rows = batch[start : start + at_once]
        model._base_manager.all()._insert(rows, fields=fields, using=USING, raw=True)  # type: ignore[attr-defined]


def _count_on(models: Sequence[type[Model]]) -> None:
    """New rows get numbers after those that came in."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)


class _Hashing:
    """Takes a document and hashes it from the line after its head."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.lines = 0

    def write(self, text: str) -> None:
        """Some more of it; each line of the head comes by itself."""
        if self.lines < HEAD_LINES:
            self.lines += 1
        else:
            self.digest.update(text.encode())


def _require_same(opened: Opened) -> None:
    """Exported again, the study is the file to the byte, and its dataset has the same digest."""
    scope, again = everything(), _Hashing()
    digest = digest_of(scope)
    head = Head(datetime.now(UTC), opened.dataset_sha256, opened.checkpoint, scope.sites, True)
    FORMATS[opened.namespace](again, scope, head, lambda _share: None)
    if digest != opened.dataset_sha256 or again.digest.hexdigest() != opened.body_sha256:
        raise NotAStudy(
            _("The data in this file are not those that its own audit trail leads to."),
            code="data_changed",
        )


def _put_right() -> None:
    # Foreign keys are looked at now: a table whose check still waits takes no trigger.
    connection.check_constraints()
    tables = install.present(USING)
    reconcile.record(USING, tables, install.describe(USING, tables))
    install.put_on(USING, tables)


def _put_on_record(opened: Opened, taken: TakenIn) -> None:
    with acting(None, IMPORT, reason=WRITER.reason):
        told = said(
            "Study taken in: dataset %(sha256)s, %(events)s events",
            sha256=opened.dataset_sha256,
            events=taken.events_count,
        )
        about("", told)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
