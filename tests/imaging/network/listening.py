"""A listener on loopback whose desk keeps everything in memory, and a peer that speaks raw."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from imaging.dicom.network import pdu
from imaging.dicom.network.listener import Listener, listen
from imaging.dicom.network.provider import Bounds, Name, NoRoom

NAME = Name(("1.2.3", "TEST"))
MR = "1.2.840.10008.5.1.4.1.1.4"
VERIFICATION = "1.2.840.10008.1.1"
EXPLICIT = "1.2.840.10008.1.2.1"
QUICK = Bounds(
    unit_bytes=16 << 10, object_bytes=100_000, request_s=0.3, idle_s=0.3, unit_s=0.3, whole_s=5
)


@dataclass
class Kept:
    """One object in memory."""

    shelf: list[bytes]
    most: int
    content: bytes = b""

    def write(self, piece: bytes | memoryview) -> None:
        self.content += bytes(piece)
        if len(self.content) > self.most:
            raise NoRoom

    def keep(self) -> None:
        self.shelf.append(self.content)

    def drop(self) -> None:
        self.content = b""


@dataclass
class Shelf:
    """A desk for nodes called PEER."""

    objects: list[bytes] = field(default_factory=list)
    most: int = 1 << 20
    left: int = 0

    def refusal(self, calling: str, called: str, address: str) -> tuple[int, int, int] | None:
        return None if calling == "PEER" else pdu.CALLING_NOT_KNOWN

    def begin(self) -> Kept:
        return Kept(self.objects, self.most)

    def leave(self) -> None:
        self.left += 1


@contextmanager
def listening(
    shelf: Shelf, bounds: Bounds = QUICK, most: int = 4, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Serve a shelf on some port of loopback."""
    port = listen("127.0.0.1", 0)
    listener = Listener(port, lambda: shelf, NAME, bounds, most, tls, look_every_s=0.02)
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        yield port.getsockname()[1]
    finally:
        listener.stopping.set()
        thread.join()
        port.close()


class Raw:
    """A peer that sends whatever bytes it is told to."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def answer(self) -> tuple[int, bytes]:
        """The next unit; type 0 where the other side closed."""
        head = self._exactly(6)
        if len(head) < 6:
            return 0, b""
        kind, length = pdu.HEAD.unpack(head)
        return kind, self._exactly(length)

    def _exactly(self, number: int) -> bytes:
        content = b""
        try:
            while len(content) < number and (piece := self.socket.recv(number - len(content))):
                content += piece
        except ConnectionResetError:
            return b""
        return content

    def associate(self, calling: str = "PEER") -> int:
        """Ask for an association; the type of the answer."""
        contexts = (
            pdu.Proposed(1, VERIFICATION, (EXPLICIT,)),
            pdu.Proposed(3, MR, (EXPLICIT,)),
        )
        asked = pdu.Request("STUDYSITE", calling, contexts, 16 << 10)
        self.send(pdu.request(asked, implementation=NAME.implementation))
        return self.answer()[0]
