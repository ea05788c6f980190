"""Where the study's files lie, and how to come by them while it runs."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages

# Not there yet, or nobody's but a running process's.
PASSING = (".part", ".lock")
SPOOL = "spool"


@dataclass(frozen=True)
class Found:
    """One file: its place, its name there, and where it lies."""

    place: str
    name: str
    path: Path


def folders() -> dict[str, Path]:
    """The folders whose files belong to the study, by the name that they have in a backup."""
    return {
        SPOOL: Path(settings.SPOOL_DIR),
        "quarantine": Path(settings.QUARANTINE_DIR),
        "scans": Path(storages["scans"].path("")),
        "documents": Path(storages["documents"].path("")),
    }


def files(place: str) -> Iterator[Found]:
    """The files of a place, by name, read a folder at a time."""
    root = folders()[place]
    if root.exists():
        yield from (Found(place, str(path.relative_to(root)), path) for path in _under(root))


def _under(folder: Path) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from _under(Path(entry.path))
        elif entry.is_file(follow_symlinks=False) and not entry.name.endswith(PASSING):
            yield Path(entry.path)


def _lock_file() -> int:
    path = Path(settings.SPOOL_DIR).with_name("spool.lock")
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def spool_kept() -> Iterator[None]:
    """Nothing leaves the spool meanwhile. The rows that a backup sees speak of files that a worker
    may be done with a moment later."""
    lock = _lock_file()
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def leaving_spool() -> Iterator[bool]:
    """Whether files may leave the spool now, which no backup reads meanwhile. What is left stays
    for the clock to clear."""
    lock = _lock_file()
    try:
        yield _shared(lock)
    finally:
        os.close(lock)


def _shared(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
