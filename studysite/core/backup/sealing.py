"""What lies on the spool names patients: in a backup it is sealed, piece by piece.

Under a key derived from that of the quarantine, where the same bytes would wait. Each piece knows
its place and whether it is the last, so that none can be moved, left out or cut off.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _

from studysite.core.backup.archive import Damaged
from studysite.core.disk import Readable

PIECE_BYTES = 2**20
PREFIX_BYTES = 8
TAG_BYTES = 16


def sealed_size(size: int) -> int:
    """How long a file of this size is when sealed."""
    return PREFIX_BYTES + size + TAG_BYTES * max(1, -(-size // PIECE_BYTES))


class _Pieces:
    """Both ways: a prefix of the nonces, then pieces by number."""

    def __init__(self, inner: Readable, key: bytes, name: str) -> None:
        self._inner, self._name = inner, name
        self._cipher = AESGCM(hmac.digest(key, b"backup-spool", hashlib.sha256))
        self._prefix, self._number, self._ready = b"", 0, b""
        self._next: bytes | None = None

    def _more(self) -> tuple[bytes, bytes, bytes] | None:
        """Nonce, what is bound to it, and the next piece as it comes in; None after the last."""
        piece = self._first() if self._next is None else self._next
        if not piece and self._number:
            return None
        self._next = self._inner.read(self._step)
        last = not self._next
        nonce = self._prefix + struct.pack(">I", self._number)
        bound = f"{self._name}\0{self._number}\0{last:d}".encode()
        self._number += 1
        return nonce, bound, piece

    _step = PIECE_BYTES

    def _first(self) -> bytes:
        return self._inner.read(self._step)


class Sealing(_Pieces):
    """Reads a file sealed."""

    def __init__(self, inner: Readable, key: bytes, name: str) -> None:
        super().__init__(inner, key, name)
        self._prefix = self._ready = os.urandom(PREFIX_BYTES)

    def read(self, size: int = -1, /) -> bytes:
        """The next sealed bytes."""
        while len(self._ready) < size and (piece := self._more()):
            nonce, bound, plain = piece
            self._ready += self._cipher.encrypt(nonce, plain, bound)
        part, self._ready = self._ready[:size], self._ready[size:]
        return part


class Opening(_Pieces):
    """Reads a sealed file plain. Raises Damaged where a piece is not as it was sealed."""

    _step = PIECE_BYTES + TAG_BYTES

    def __init__(self, inner: Readable, key: bytes, name: str) -> None:
        super().__init__(inner, key, name)
        self._prefix = inner.read(PREFIX_BYTES)

    def read(self, size: int = -1, /) -> bytes:
        """The next plain bytes; a piece at a time, whatever the size."""
        piece = self._more()
        if piece is None:
            return b""
        nonce, bound, sealed = piece
        try:
            return self._cipher.decrypt(nonce, sealed, bound)
        except (InvalidTag, ValueError) as error:
            sentence = _("The backup is damaged at %(member)s.") % {"member": self._name}
            raise Damaged(sentence) from error
