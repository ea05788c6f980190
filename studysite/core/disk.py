"""Files that are there whole or not at all, and there to stay."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.core.exceptions import ImproperlyConfigured

PIECE_BYTES = 2**20
# What a disk answers that has no room.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Readable(Protocol):
    """What bytes come from."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; none at the end."""
        ...


def make_own(folder: Path) -> None:
    """Have a folder that this account writes to, or say in a sentence that there is none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise ImproperlyConfigured(f"{folder} cannot be made: {trouble.strerror}.") from trouble
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"{folder} cannot be written to by this account.")


def folder_of(url: str) -> Path:
    """The folder that a file:// URL names, or a sentence on what else it is."""
    place = urlsplit(url)
    if place.scheme != "file" or place.netloc or not place.path.startswith("/"):
        raise ImproperlyConfigured(
            f"STORAGE_URL is {url!r}: it names a folder that every machine of the site sees, such "
            "as file:///srv/study/files."
        )
    return Path(unquote(place.path)).resolve()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name, to the disk below it, and only then give it its own. A file
    named by its digest is never half written, so that finding it is knowing its bytes."""
    write_stream(path, io.BytesIO(content))


def write_stream(path: Path, source: Readable) -> None:
    """The same from something that is read piece by piece."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        with draft.open("wb") as file:
            while piece := source.read(PIECE_BYTES):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def clear_drafts(folder: Path, before: float) -> int:
    """Remove what processes that were killed left half written, last touched before a moment (Unix
    time, s); how many there were."""
    left = [path for path in folder.rglob("*.part") if path.stat().st_mtime < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
