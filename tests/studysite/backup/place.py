"""Places where a study can be: two databases on either engine, folders and keys of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import storages
from django.test import override_settings

from enrollment.protocol.in_force import forget
from studysite.core.audit import install
from studysite.core.backup import counters, places, rows
from studysite.core.checks import KEY_FILES
from tests import audit
from tests.engines import connected_to

FILES = "django.core.files.storage.FileSystemStorage"
TRAIL = ("audit_event", "audit_leaf", "audit_checkpoint")


@dataclass(frozen=True)
class Place:
    """Where a study is, or will be."""

    folder: Path
    study: str
    vault: str
    keys: Path

    @contextmanager
    def here(self) -> Iterator[None]:
        """Everything of the program looks there meanwhile."""
        own = {name: self.keys / name for name in KEY_FILES}
        stores = {
            name: {"BACKEND": FILES, "OPTIONS": {"location": self.folder / name}}
            for name in ("scans", "documents")
        }
        with ExitStack() as stack:
            stack.enter_context(
                override_settings(
                    VAR_DIR=self.folder,
                    SPOOL_DIR=self.folder / "spool",
                    QUARANTINE_DIR=self.folder / "quarantine",
                    STORAGES={"default": {"BACKEND": FILES}, **stores},
                    **own,
                )
            )
            for alias, url in (("default", self.study), ("vault", self.vault)):
                stack.enter_context(connected_to(url, alias))
                audit.introduce(alias)
            forget()
            yield
        forget()


def rows_of(using: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a backup holds, by table, in plain values."""
    found = {}
    for kept in rows.tables(using):
        model = kept.model_in(apps)
        names = [field.attname for field in model._meta.concrete_fields]
        values = model._base_manager.using(using).order_by("pk").values_list(*names)
        found[kept.table] = [tuple(map(_plain, row)) for row in values]
    return found


def files() -> dict[str, str]:
    """The digest of every file, by place and name."""
    return {
        f"{place}/{found.name}": hashlib.sha256(found.path.read_bytes()).hexdigest()
        for place in places.folders()
        for found in places.files(place)
    }


def counted(using: str) -> dict[str, int]:
    """The last number of every table."""
    return counters.read(using, rows.tables(using), apps)


def faults() -> list[str]:
    """What is wrong with the triggers."""
    return [fault for alias in ("default", "vault") for fault in install.faults(alias)]


def store(place: str, name: str, content: bytes) -> None:
    """Put a file into the study."""
    path = places.folders()[place] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def scans_folder() -> Path:
    """Where scans lie."""
    return Path(storages["scans"].path(""))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
