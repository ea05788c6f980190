"""Bodies of type multipart/related (RFC 2387), read piece by piece within bounds, and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from imaging.dicom.errors import DicomRefused
from imaging.told import told

CHUNK = 1 << 18
LONGEST_HEAD = 8 << 10
BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{1,70}")
PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')


class Readable(Protocol):
    """A body that arrives."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, or fewer; none at the end."""


def parameters(media_type: str) -> dict[str, str]:
    """The parameters of a media type; names in small letters, quotes gone."""
    return {name.lower(): value.strip('"') for name, value in PARAMETER.findall(media_type)}


def boundary_of(media_type: str) -> bytes:
    """The boundary that a body's type names. Raises DicomRefused."""
    found = parameters(media_type).get("boundary", "")
    if not media_type.lower().startswith("multipart/related") or not BOUNDARY.fullmatch(found):
        raise _malformed()
    return found.encode()


class Parts:
    """The parts of a body, one after the other; each must be read before the next is asked for."""

    def __init__(self, body: Readable, boundary: bytes, *, most_parts: int) -> None:
        self._body, self._most = body, most_parts
        self._delimiter = b"\r\n--" + boundary
        # The first boundary stands at the very beginning, without a line break of its own.
        self._buffer = b"\r\n"
        self._ended = False

    def __iter__(self) -> Iterator[Part]:
        self._skip_to_boundary()
        for _ in range(self._most):
            if self._line_after_boundary() == b"--":
                return
            self._head()
            part = Part(self)
            yield part
            while part.read(CHUNK):
                pass
        raise DicomRefused(
            "too_many", told("The request holds more than %(most)s files.", most=self._most)
        )

    def _more(self) -> bool:
        piece = b"" if self._ended else self._body.read(CHUNK)
        self._ended = not piece
        self._buffer += piece
        return bool(piece)

    def _skip_to_boundary(self) -> None:
        while self._delimiter not in self._buffer:
            if len(self._buffer) > LONGEST_HEAD or not self._more():
                raise _malformed()
        self._buffer = self._buffer.split(self._delimiter, 1)[1]

    def _line_after_boundary(self) -> bytes:
        while len(self._buffer) < 2:
            if not self._more():
                raise _malformed()
        mark, self._buffer = self._buffer[:2], self._buffer[2:]
        if mark not in (b"--", b"\r\n"):
            raise _malformed()
        return mark

    def _head(self) -> None:
        """The part's own headers: nothing that we go by."""
        self._buffer = b"\r\n" + self._buffer
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > LONGEST_HEAD or not self._more():
                raise _malformed()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        if len(head) > LONGEST_HEAD:
            raise _malformed()

    def take(self) -> tuple[bytes, bool]:
        """The next bytes of the part under way, and whether they are its last."""
        while True:
            found = self._buffer.find(self._delimiter)
            if found >= 0:
                piece = self._buffer[:found]
                self._buffer = self._buffer[found + len(self._delimiter) :]
                return piece, True
            safe = len(self._buffer) - len(self._delimiter)
            if safe > 0:
                piece, self._buffer = self._buffer[:safe], self._buffer[safe:]
                return piece, False
            if not self._more():
                raise _malformed()


class Part:
    """One part's content, as a stream."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._done = False

    def read(self, size: int = CHUNK, /) -> bytes:
        """Its next bytes; none at its end. Raises DicomRefused where the body ends too soon."""
        while not self._done:
            piece, self._done = self._parts.take()
            if piece:
                return piece
        return b""


def written(contents: Iterable[bytes], *, boundary: bytes, media_type: str) -> Iterator[bytes]:
    """A body of several parts."""
    for content in contents:
        yield b"--" + boundary + b"\r\nContent-Type: " + media_type.encode() + b"\r\n\r\n"
        yield content
        yield b"\r\n"
    yield b"--" + boundary + b"--\r\n"


def _malformed() -> DicomRefused:
    return DicomRefused(
        "malformed", told("The request is not well-formed multipart/related of DICOM files.")
    )
