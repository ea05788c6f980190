"""Brings a study back from a backup, into databases that hold none.

Like a migration with the triggers off, by the owner of the databases, each in one transaction. The
whole file is read and proved before anything is touched; the files come before the commit of the
rows that name them. Interrupted and run again it begins anew: no row is there, and a file that is
there already has the same bytes or is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext as _

from studysite.core.acts import about, acting
from studysite.core.audit import install, reconcile, sealing
from studysite.core.audit.writer import Kind, Writer, writing
from studysite.core.backup import counters, key_names, places, rows, versions
from studysite.core.backup.archive import (
    AT_ONCE,
    END,
    HEAD,
    MANIFEST,
    Damaged,
    first,
    members,
    proved,
)
from studysite.core.backup.rows import Kept, Registry
from studysite.core.backup.sealing import Opening
from studysite.core.backup.taking import DATABASES, Progress
from studysite.core.disk import Readable, write_stream
from studysite.core.errors import Conflict, OutOfOrder
from studysite.core.keys import key_from_file
from studysite.core.said import said

RESTORE = "restore"
WRITER = Writer(Kind.COMMAND, RESTORE, action=RESTORE, reason="manage.py restore")
ROWS = re.compile(r"rows/(default|vault)/(\w+)/\d{6}\.jsonl\.gz")
FILES = re.compile(r"files/(\w+)/((?:[\w-][\w.-]*/)*[\w-][\w.-]*)")


@dataclass
class Restored:
    """What came back."""

    sha256: str
    at: str
    other_secret: bool
    rows_count: int = 0
    files_count: int = 0


@dataclass
class _Head:
    """What a backup says of itself."""

    software: str
    at: str
    migrations: dict[str, set[tuple[str, str]]]
    tables: dict[str, list[Kept]]
    counters: dict[str, dict[str, int]]
    keys: dict[str, str]
    by_table: dict[tuple[str, str], Kept] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> _Head:
        """From the first member. Raises Damaged."""
        read = first(path, HEAD)
        try:
            return cls.of(json.loads(read))
        except (ValueError, KeyError, TypeError) as error:
            raise Damaged(_("The backup is damaged at %(member)s.") % {"member": HEAD}) from error

    @classmethod
    def of(cls, content: dict[str, Any]) -> _Head:
        """From what was written."""
        tables = {
            using: [Kept(model, table, tuple(columns)) for model, table, *columns in told]
            for using, told in content["tables"].items()
        }
        migrations = {
            using: {(app, name) for app, name in told}
            for using, told in content["migrations"].items()
        }
        by_table = {(using, one.table): one for using in tables for one in tables[using]}
        told = (content["software"], content["at"])
        return cls(*told, migrations, tables, content["counters"], content["keys"], by_table)


def restore(path: Path, *, progress: Progress = lambda _words: None) -> Restored:
    """Bring a study back, or refuse with a sentence and leave everything as it was."""
    head = _Head.read(path)
    wanted = head.migrations["default"]
    versions.require_known(wanted, head.software)
    key_names.require(head.keys)
    progress(_("reading the backup"))
    digest = proved(path, _is_signed)
    for using in DATABASES:
        _require_empty(using)
        versions.bring_to(using, head.migrations[using])
    back = Restored(digest, head.at, key_names.other_secret(head.keys))
    _bring_back(path, head, versions.registry_of(wanted), back, progress)
    for using in DATABASES:
        call_command("migrate", database=using, verbosity=0, interactive=False)
    with acting(None, RESTORE, reason=WRITER.reason):
        about("", said("Study restored: backup %(sha256)s of %(at)s", sha256=digest, at=head.at))
    for using in DATABASES:
        sealing.seal(using, gaps=True)
    return back


def _is_signed(content: bytes, signature: str) -> bool:
    try:
        sealing.signing_key().public_key().verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _require_empty(using: str) -> None:
    """Nothing but migrations has ever written here."""
    if not install.is_there(using):
        return
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_event WHERE op <> 'schema' AND actor_kind <> %s",
            [Kind.MIGRATION.value],
        )
        if cursor.fetchone()[0]:
            raise OutOfOrder(
                _("There is a study here already; a backup is restored where there is none."),
                code="not_empty",
            )


def _bring_back(
    path: Path, head: _Head, registry: Registry, back: Restored, progress: Progress
) -> None:
    with ExitStack() as both:
        for using in DATABASES:
            both.enter_context(writing(WRITER, using=using))
            _empty(using, head.tables[using])
        for name, _size, content in members(path):
            if name.startswith("rows/"):
                back.rows_count += _rows(name, content, head, registry)
                progress(f"{back.rows_count} rows")
            elif name.startswith("files/"):
                _file(name, content)
                back.files_count += 1
                progress(f"{back.files_count} files")
            elif name not in (HEAD, MANIFEST, END):
                raise Damaged(_("The backup is damaged at %(member)s.") % {"member": name})
        for using in DATABASES:
            counters.write(using, head.tables[using], registry, head.counters[using])
            _put_right(using)


def _empty(using: str, tables: list[Kept]) -> None:
    """What migrations put there is in the backup too."""
    install.take_off(using)
    with connections[using].cursor() as cursor:
        for kept in reversed(tables):
            cursor.execute(f"DELETE FROM {connections[using].ops.quote_name(kept.table)}")  # noqa: S608


def _rows(name: str, content: Readable, head: _Head, registry: Registry) -> int:
    found = ROWS.fullmatch(name)
    kept = head.by_table.get((found[1], found[2])) if found else None
    if found is None or kept is None:
        raise Damaged(_("The backup is damaged at %(member)s.") % {"member": name})
    return rows.load(found[1], kept, content, registry)


def _file(name: str, content: Readable) -> None:
    found = FILES.fullmatch(name)
    if found is None or found[1] not in places.folders():
        raise Damaged(_("The backup is damaged at %(member)s.") % {"member": name})
    target = places.folders()[found[1]] / found[2]
    source = content
    if found[1] == places.SPOOL:
        places.folders()[found[1]].mkdir(mode=0o700, parents=True, exist_ok=True)
        source = Opening(content, key_from_file(settings.QUARANTINE_KEY_FILE), name)
    if not target.exists():
        write_stream(target, source)
    elif _digest(source.read) != _digest_of_file(target):
        raise Conflict(
            _("%(path)s is there already, with other content than in the backup.")
            % {"path": target}
        )


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return _digest(file.read)


def _digest(read: Callable[[int], bytes]) -> str:
    digest = hashlib.sha256()
    while part := read(AT_ONCE):
        digest.update(part)
    return digest.hexdigest()


def _put_right(using: str) -> None:
    # Foreign keys are looked at now: a table whose check still waits takes no trigger.
    connections[using].check_constraints()
    tables = install.present(using)
    reconcile.record(using, tables, install.describe(using, tables))
    install.put_on(using, tables)
