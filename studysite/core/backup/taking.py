"""Takes a backup while the study runs: the rows of one moment, then the files they speak of.

The study's rows are frozen before the vault's, whose own are written first: whoever is in the
former has an identity in the latter. Files are on the disk before the rows that name them, and
stay; those on the spool, which do not, are kept there until they are copied.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from studysite.core.acts import acting
from studysite.core.audit import sealing
from studysite.core.backup import counters, key_names, places, rows
from studysite.core.backup.archive import HEAD, Archive
from studysite.core.backup.sealing import Sealing, sealed_size
from studysite.core.backup.snapshot import frozen
from studysite.core.disk import FULL, sync_folder
from studysite.core.errors import Conflict, NoRoom
from studysite.core.keys import key_from_file

BACKUP = "backup"
DATABASES = ("default", "vault")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """What went into a backup."""

    sha256: str
    rows_count: int
    files_count: int
    bytes_count: int


def take(
    path: Path, *, progress: Progress = lambda _words: None, models: rows.Registry = apps
) -> Taken:
    """Write a backup. Whole or not at all: half of one has another name, and goes. `models` are
    those of the tables that are there."""
    _refuse_there(path)
    draft = path.with_name(f"{path.name}.{uuid4().hex}.part")
    with acting(None, BACKUP, reason="manage.py backup"):
        pass
    try:
        taken = _write(draft, progress, models)
        _give_name(draft, path)
    except OSError as trouble:
        if trouble.errno not in FULL:
            raise
        raise NoRoom(_("The disk is full; no backup was written.")) from trouble
    finally:
        draft.unlink(missing_ok=True)
    return taken


def _give_name(draft: Path, path: Path) -> None:
    _refuse_there(path)
    draft.rename(path)
    sync_folder(path.parent)


def _refuse_there(path: Path) -> None:
    if path.exists():
        sentence = _("%(path)s is there already; a backup is never written over.")
        raise Conflict(sentence % {"path": path})


def _write(draft: Path, progress: Progress, models: rows.Registry) -> Taken:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out, Archive(out) as archive:
        into = _Into(archive, progress, models)
        with places.spool_kept(), frozen("default"), frozen("vault"):
            into.head()
            into.files(places.SPOOL)
            into.rows("vault")
            into.rows("default")
        for place in places.folders():
            if place != places.SPOOL:
                into.files(place)
        digest = into.archive.finish(lambda content: into.signing_key.sign(content).hex())
        out.flush()
        os.fsync(out.fileno())
    return Taken(digest, into.rows_count, into.files_count, into.archive.bytes_count)


class _Into:
    """An archive being filled."""

    def __init__(self, archive: Archive, progress: Progress, models: rows.Registry) -> None:
        self.archive, self.progress, self.models = archive, progress, models
        self.rows_count = self.files_count = 0
        self.key = key_from_file(settings.QUARANTINE_KEY_FILE)
        self.signing_key = sealing.signing_key()
        self.tables = {using: rows.tables(using, models) for using in DATABASES}

    def head(self) -> None:
        """What the rest is, and which keys it needs."""
        content: dict[str, Any] = {
            "software": settings.VERSION,
            "study": settings.STUDY_NAME,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "engines": {using: connections[using].vendor for using in DATABASES},
            "migrations": {using: _migrations(using) for using in DATABASES},
            "tables": {
                using: [[one.model, one.table, *one.columns] for one in tables]
                for using, tables in self.tables.items()
            },
            "counters": {
                using: counters.read(using, tables, self.models)
                for using, tables in self.tables.items()
            },
            "keys": key_names.names(),
            "checkpoints": {
                using: point.as_text()
                for using in DATABASES
                if (point := sealing.newest(using)) is not None
            },
        }
        self.archive.add_bytes(HEAD, json.dumps(content, indent=1, sort_keys=True).encode())

    def rows(self, using: str) -> None:
        """Every row of a database."""
        for kept in self.tables[using]:
            for number, (count, packed) in enumerate(rows.parts(using, kept, self.models), start=1):
                name = f"rows/{using}/{kept.table}/{number:06d}.jsonl.gz"
                self.archive.add_bytes(name, packed)
                self.rows_count += count
                self.progress(f"{self.rows_count} rows ({kept.table})")

    def files(self, place: str) -> None:
        """Every file of a place; what lies on the spool names patients and is sealed."""
        for found in places.files(place):
            name = f"files/{place}/{found.name}"
            with found.path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if place == places.SPOOL:
                    self.archive.add(name, Sealing(file, self.key, name), sealed_size(size))
                else:
                    self.archive.add(name, file, size)
            self.files_count += 1
            self.progress(f"{self.files_count} files ({place})")


def _migrations(using: str) -> list[list[str]]:
    return sorted(map(list, MigrationRecorder(connections[using]).applied_migrations()))
