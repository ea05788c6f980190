"""The one file: a tar whose last members say what the others are.

Its members come in the order in which they are needed and are never looked for, so that both ways
are one pass in bounded memory. `manifest` has a line for each member (sha256, size, name), `end`
the digest of the manifest and a signature over it. A file that was cut short has no end.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _

from studysite.core.disk import Readable
from studysite.core.errors import Invalid

FORMAT = "study-backup/1"
HEAD, MANIFEST, END = "head.json", "manifest", "end.json"
AT_ONCE = 2**20


class Damaged(Invalid):
    """A file that is no backup, or not the one that was written."""

    code = "damaged"


@dataclass
class Hashing:
    """Hashes what is read through it."""

    inner: Readable
    digest: Any = field(default_factory=hashlib.sha256)

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        part = self.inner.read(size)
        self.digest.update(part)
        return part


class Archive:
    """A backup being written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w:", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._manifest = TemporaryFile()  # noqa: SIM115 - closed on leaving
        self.members_count = 0
        self.bytes_count = 0

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_about: object) -> None:
        self._manifest.close()

    def add(self, name: str, source: Readable, size: int) -> None:
        """Put a member in, and a line about it into the manifest."""
        through = Hashing(source)
        self._put(name, through, size)
        self._manifest.write(_line(through.digest.hexdigest(), size, name))
        self.members_count += 1
        self.bytes_count += size

    def add_bytes(self, name: str, content: bytes) -> None:
        """Put a small member in."""
        self.add(name, io.BytesIO(content), len(content))

    def finish(self, sign: Callable[[bytes], str]) -> str:
        """Write manifest and end; the manifest's digest, which names the backup."""
        size = self._manifest.tell()
        self._manifest.seek(0)
        through = Hashing(self._manifest)
        self._put(MANIFEST, through, size)
        digest = through.digest.hexdigest()
        end = {"format": FORMAT, "manifest_sha256": digest, "members": self.members_count}
        content = json.dumps(end | {"signature": sign(digest.encode())}).encode()
        self._put(END, io.BytesIO(content), len(content))
        self._tar.close()
        return digest

    def _put(self, name: str, source: Readable, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, source)
        # tarfile remembers every member; there may be millions.
        self._tar.members.clear()  # type: ignore[attr-defined]


@dataclass
class Member:
    """The bytes of a member, as far as they are there."""

    inner: IO[bytes]

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes. Raises Damaged where the file was cut short."""
        try:
            return self.inner.read(size)
        except (tarfile.TarError, EOFError) as error:
            raise _damaged("") from error


def members(path: Path) -> Generator[tuple[str, int, Member], None, None]:
    """Name, size and bytes of each member, in order. Raises Damaged."""
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r|", bufsize=AT_ONCE) as tar:
            while (info := tar.next()) is not None:
                tar.members.clear()  # type: ignore[attr-defined]
                content = tar.extractfile(info) if info.isreg() else None
                if content is None:
                    raise _damaged(info.name)
                yield info.name, info.size, Member(content)
    except (tarfile.TarError, EOFError, UnicodeError) as error:
        raise _damaged("") from error


def first(path: Path, name: str) -> bytes:
    """The first member, which has that name. Raises Damaged."""
    with closing(members(path)) as found:
        for called, _size, content in found:
            if called == name:
                return content.read()
            break
    raise _damaged("")


def proved(path: Path, is_signed: Callable[[bytes, str], bool]) -> str:
    """Read a whole backup and hold every member to the manifest; the manifest's digest. Raises
    Damaged with the first member that is not as it was written."""
    with TemporaryFile() as seen:
        count = 0
        for name, size, content in members(path):
            if name == MANIFEST:
                digest = _compared(seen, content)
            elif name == END:
                _require_end(content.read(), digest if count else "", count, is_signed)
                return digest
            else:
                seen.write(_line(_digest_of(content), size, name))
                count += 1
    raise _damaged("")


def _compared(seen: IO[bytes], manifest: Readable) -> str:
    """The digest of the manifest, each of whose lines is one that was seen."""
    seen.seek(0)
    through = Hashing(manifest)
    lines = io.BufferedReader(_Raw(through))
    for wanted in lines:
        if seen.readline() != wanted:
            raise _damaged(wanted.decode("utf-8", "replace").rstrip("\n").partition("  ")[2])
    if seen.readline():
        raise _damaged(MANIFEST)
    return str(through.digest.hexdigest())


class _Raw(io.RawIOBase):
    """A reader as the standard library wants one that it buffers."""

    def __init__(self, inner: Readable) -> None:
        self._inner = inner

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """The next bytes."""
        part = self._inner.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def _require_end(
    content: bytes, digest: str, count: int, is_signed: Callable[[bytes, str], bool]
) -> None:
    try:
        end = json.loads(content)
        as_written = (end["format"], end["manifest_sha256"], end["members"])
        signature = str(end["signature"])
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(END) from error
    if as_written != (FORMAT, digest, count):
        raise _damaged(END)
    if not is_signed(digest.encode(), signature):
        raise Damaged(
            _("This backup is not signed with the audit key that is here (AUDIT_KEY_FILE)."),
            code="not_signed",
        )


def _digest_of(content: Readable) -> str:
    digest = hashlib.sha256()
    while part := content.read(AT_ONCE):
        digest.update(part)
    return digest.hexdigest()


def _line(digest: str, size: int, name: str) -> bytes:
    return f"{digest} {size}  {name}\n".encode()


def _damaged(where: str) -> Damaged:
    if not where:
        return Damaged(_("This file is no backup of a study, or it was cut short."))
    return Damaged(_("The backup is damaged at %(member)s.") % {"member": where})
