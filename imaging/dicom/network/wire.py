"""A connection whose every read is bounded in bytes and in time."""

from __future__ import annotations

import socket
import time

from imaging.dicom.network import pdu


class Gone(Exception):
    """The peer closed the connection, or kept us waiting too long."""


class Wire:
    """Whole protocol data units off a socket. A unit longer than `most_bytes` is never read; each
    must come whole within its time, however slowly its bytes drip."""

    def __init__(self, connection: socket.socket, most_bytes: int) -> None:
        self._connection = connection
        self._buffer = bytearray(most_bytes)
        self._head = bytearray(pdu.HEAD.size)

    def read(self, *, wait_s: float, whole_s: float) -> tuple[int, memoryview]:
        """The next unit's type and body, valid until the next read. Raises Gone, BadPdu."""
        head = memoryview(self._head)
        self._fill(head[:1], wait_s)
        until = time.monotonic() + whole_s
        self._fill(head[1:], until - time.monotonic())
        kind, length = pdu.HEAD.unpack(self._head)
        if length > len(self._buffer):
            raise pdu.BadPdu(f"a unit of {length} bytes, more than was agreed")
        body = memoryview(self._buffer)[:length]
        self._fill(body, until - time.monotonic())
        return kind, body

    def send(self, content: bytes, within_s: float) -> None:
        """Send all. Raises Gone."""
        try:
            self._connection.settimeout(within_s)
            self._connection.sendall(content)
        except OSError as trouble:
            raise Gone(str(trouble)) from trouble

    def _fill(self, target: memoryview, within_s: float) -> None:
        until = time.monotonic() + within_s
        filled = 0
        while filled < len(target):
            left = until - time.monotonic()
            if left <= 0:
                raise Gone("it sent nothing, or too slowly")
            try:
                self._connection.settimeout(left)
                got = self._connection.recv_into(target[filled:])
            except OSError as trouble:
                raise Gone(str(trouble)) from trouble
            if not got:
                raise Gone("it closed the connection")
            filled += got
