"""The spool of one arrival over the network, written to by several processes at once.

Whoever writes holds the folder's lock shared; whoever closes the arrival holds it alone. A killed
process holds nothing. A file has its name only once it is on the disk; a draft was never
acknowledged.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from imaging.dicom.network.provider import NoRoom
from imaging.storage import CHUNK_BYTES, Draft
from studysite.core.disk import FULL, sync_folder


@dataclass(frozen=True)
class Place:
    """A folder on the spool, kept from being closed by a lock."""

    folder: Path
    lock: int

    def release(self) -> None:
        """Let it be closed."""
        os.close(self.lock)


def folder_of(intake: UUID) -> Path:
    """Where an arrival's files lie."""
    return Path(settings.SPOOL_DIR) / str(intake)


def open_place(intake: UUID) -> Place:
    """The folder of an arrival, which nobody closes while it is held."""
    folder = folder_of(intake)
    Path(settings.SPOOL_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_SH)
    return Place(folder, lock)


@contextmanager
def alone_in(intake: UUID) -> Iterator[Path | None]:
    """The folder of an arrival that nobody writes to; None while somebody does."""
    place = open_place(intake)
    try:
        yield place.folder if _alone(place) else None
    finally:
        place.release()


def _alone(place: Place) -> bool:
    try:
        fcntl.flock(place.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def quiet_for(intake: UUID) -> float:
    """Seconds since a file came to an arrival."""
    folder = folder_of(intake)
    return time.time() - folder.stat().st_mtime if folder.exists() else float("inf")


class Incoming:
    """One object on its way to the spool."""

    def __init__(self, folder: Path) -> None:
        # Named by when it came, so that an arrival's files have an order.
        self._path = folder / f"{time.time_ns():020d}-{uuid4().hex}"
        self._draft = self._path.with_suffix(".part")
        with _room():
            self._file = self._draft.open("wb", buffering=0)

    def write(self, piece: bytes | memoryview) -> None:
        """The next bytes. Raises NoRoom."""
        with _room():
            while len(piece):
                piece = piece[self._file.write(piece) :]

    def keep(self) -> None:
        """On the disk, name and all. Raises NoRoom."""
        with _room():
            os.fsync(self._file.fileno())
            self._file.close()
            self._draft.rename(self._path.with_suffix(".kept"))
            sync_folder(self._path.parent)

    def drop(self) -> None:
        """It never came."""
        self._file.close()
        self._draft.unlink(missing_ok=True)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as trouble:
        if trouble.errno not in FULL:
            raise
        raise NoRoom from trouble


def settle(folder: Path) -> list[Draft]:
    """Give the files of an arrival their numbers, in the order in which they came; drafts go.
    Interrupted and run again, it goes on where it was."""
    for draft in folder.glob("*.part"):
        draft.unlink()
    numbered = sorted(path for path in folder.iterdir() if path.name.isdigit())
    for number, kept in enumerate(sorted(folder.glob("*.kept")), start=len(numbered) + 1):
        numbered.append(kept.rename(folder / f"{number:06d}"))
    sync_folder(folder)
    return [_measured(path) for path in numbered]


def _measured(path: Path) -> Draft:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return Draft(path, digest.hexdigest(), size)
