"""The formats, and writing an export in one of them to a file that is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.utils.translation import gettext as _

from reports.exports import csv_files, dataset_json, odm2, odm132
from reports.exports.head import Head, head_of
from reports.exports.scope import Scope
from reports.exports.snapshot import snapshot
from reports.exports.values import Tell
from studysite.core.audit import sealing
from studysite.core.audit.events import AuditEvent, AuditLeaf
from studysite.core.disk import sync_folder
from studysite.core.errors import NotThere, OutOfOrder

Write = Callable[[Path, Scope, Head, Tell], None]
# How often the newest events are sealed before the look, where others write all the while.
TRIES = 5


@dataclass(frozen=True)
class Format:
    """A way of writing the study."""

    key: str
    label: str
    suffix: str
    media_type: str
    write: Write
    # Whether a whole export in it can be taken in again.
    takes_in: bool = False


@dataclass(frozen=True)
class Written:
    """A finished file and what it holds."""

    sha256: str
    bytes_count: int
    head: Head


def _as_text(write: Callable[..., None]) -> Write:
    def to_file(path: Path, scope: Scope, head: Head, tell: Tell) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as out:
            write(out, scope, head, tell)

    return to_file


FORMATS = {
    each.key: each
    for each in (
        Format(
            "odm132", "ODM 1.3.2", "xml", "application/xml", _as_text(odm132.write), takes_in=True
        ),
        Format("odm2", "ODM 2.0", "xml", "application/xml", _as_text(odm2.write), takes_in=True),
        Format("csv", "CSV", "zip", "application/zip", csv_files.write),
        Format("dataset-json", "Dataset-JSON 1.1", "zip", "application/zip", dataset_json.write),
    )
}


def find_format(key: str) -> Format:
    """The format of that name."""
    if key not in FORMATS:
        raise NotThere(_("There is no such format."))
    return FORMATS[key]


def write_export(
    path: Path,
    form: Format,
    scope: Scope,
    tell: Tell,
    recorded: Callable[[Written], AbstractContextManager[object]] = nullcontext,
) -> Written:
    """Write a scope as it is now. The file gets its name inside `recorded`, so that none is there
    of which nothing is on record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        with _sealed_snapshot(scope):
            head = head_of(scope)
            form.write(draft, scope, head, tell)
        written = Written(*_digest_of(draft), head)
        with recorded(written):
            draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return written


@contextmanager
def _sealed_snapshot(scope: Scope) -> Iterator[None]:
    """A look at the study in which every event is under a checkpoint, where it is to be whole."""
    for _attempt in range(TRIES):
        sealing.seal()
        with snapshot():
            if not scope.whole or all_sealed():
                yield
                return
    raise OutOfOrder(_("The audit trail is being written to all the time; try again in a moment."))


def all_sealed() -> bool:
    """Whether every event has its place in the tree."""
    return AuditEvent.objects.count() == AuditLeaf.objects.count()


def _digest_of(path: Path) -> tuple[str, int]:
    digest, count = hashlib.sha256(), 0
    with path.open("rb") as file:
        while part := file.read(2**20):
            digest.update(part)
            count += len(part)
        os.fsync(file.fileno())
    return digest.hexdigest(), count
