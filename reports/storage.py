"""Where documents and the pictures in them lie: each under a name made from its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.core.files.storage import storages

from studysite.core.disk import write_whole


def keep_document(content: bytes) -> str:
    """Write a document to the disk and give its sha256. Twice is once."""
    digest = hashlib.sha256(content).hexdigest()
    path = document_path(digest)
    if not path.exists():
        write_whole(path, content)
    return digest


def document_path(digest: str) -> Path:
    """The local path of a kept document."""
    return Path(storages["documents"].path(f"{digest[:2]}/{digest}.pdf"))


def export_path(number: int, suffix: str) -> Path:
    """The local path of an export's file."""
    return Path(storages["documents"].path(f"exports/{number}.{suffix}"))


def keep_json(content: bytes) -> str:
    """Write a document of numbers to the disk and give its sha256. Twice is once."""
    digest = hashlib.sha256(content).hexdigest()
    path = json_path(digest)
    if not path.exists():
        write_whole(path, content)
    return digest


def json_path(digest: str) -> Path:
    """The local path of a kept document of numbers."""
    return Path(storages["documents"].path(f"{digest[:2]}/{digest}.json"))


def pictures(names: Iterable[str]) -> dict[str, bytes]:
    """The kept pictures of these names; one that is missing is left out."""
    store = storages["documents"]
    kept = {}
    for name in names:
        if store.exists(name):
            with store.open(name) as file:
                kept[name] = file.read()
    return kept
