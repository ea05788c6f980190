"""A file that comes in pieces, on the spool under the sender's key for it until it is whole.

The key is the sender's own random word, never the file's name. A piece is only ever added at the
end and is on the disk before the next one, so what a cut connection leaves is a beginning of the
file, and the sender goes on from there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path
from uuid import UUID

from django.http import UnreadablePostError
from django.utils.translation import gettext as _

from imaging.dicom.web.multipart import Readable
from imaging.spooled import folder_of
from imaging.storage import CHUNK_BYTES, Draft
from studysite.core.errors import Conflict

SUFFIX = ".piece"


class Misplaced(Conflict):
    """A piece that does not begin where the last one ended."""

    code = "misplaced"


def arrived(intake: UUID, key: UUID) -> int:
    """How much of a file there is, bytes."""
    path = _path(intake, key)
    return path.stat().st_size if path.exists() else 0


def add(intake: UUID, key: UUID, stream: Readable, *, at: int, size: int) -> int:
    """Add what a stream gives, from `at` on and no further than `size`; how much there is then.
    A sender that goes away leaves what came of it. Raises Misplaced."""
    path = _path(intake, key)
    if at == 0:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch()
    elif not path.exists():
        raise Misplaced(_("This file has come to another length."))
    # An arrival is abandoned by when its folder was last written to, which adding to a file is not.
    os.utime(path.parent)
    try:
        while chunk := stream.read(min(CHUNK_BYTES, size - at)):
            at = _add(path, at, chunk)
    except UnreadablePostError:
        return at
    return at


def _add(path: Path, at: int, chunk: bytes) -> int:
    """One chunk, under the file's lock: another tab may be sending the same file."""
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if file.seek(0, os.SEEK_END) != at:
            raise Misplaced(_("This file has come to another length."))
        file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return at + len(chunk)


def whole(intake: UUID, key: UUID) -> Draft:
    """A file that has all its pieces, with the digest of what lies on the disk."""
    path = _path(intake, key)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Draft(path, digest, path.stat().st_size)


def _path(intake: UUID, key: UUID) -> Path:
    return folder_of(intake) / f"{key.hex}{SUFFIX}"
