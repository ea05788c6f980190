"""Command sets of C-ECHO and C-STORE (PS3.7 section 9.3), and the file header of what is stored."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from imaging.dicom.network.pdu import BadPdu

STORE_RQ, STORE_RSP, ECHO_RQ, ECHO_RSP = 0x0001, 0x8001, 0x0030, 0x8030
NO_DATA = 0x0101
VERIFICATION = "1.2.840.10008.1.1"

SUCCESS = 0x0000
OUT_OF_RESOURCES = 0xA700
NOT_THIS_CLASS = 0xA900
NOT_UNDERSTOOD = 0xC000
BAD_INSTANCE = 0x0117

UID = re.compile(r"[0-9.]{1,64}")


@dataclass(frozen=True)
class Command:
    """What a peer asks for, or answers."""

    kind: int
    message: int
    sop_class: str = ""
    sop_instance: str = ""
    has_data: bool = False
    status: int = 0


def parse(command: bytes) -> Command:
    """A command set, implicit little endian. Raises BadPdu."""
    found: dict[int, bytes] = {}
    position = 0
    while position < len(command):
        if position + 8 > len(command):
            raise BadPdu("the command is cut off")
        group, element, length = struct.unpack_from("<HHI", command, position)
        value = command[position + 8 : position + 8 + length]
        if group != 0 or len(value) < length or element in found:
            raise BadPdu("the command is not well-formed")
        found[element] = value
        position += 8 + length
    kind = _number(found, 0x0100)
    message = _number(found, 0x0120 if kind & 0x8000 else 0x0110)
    return Command(
        kind=kind,
        message=message,
        sop_class=_text(found.get(0x0002, b"")),
        sop_instance=_text(found.get(0x1000, b"")),
        has_data=_number(found, 0x0800) != NO_DATA,
        status=_number(found, 0x0900) if kind & 0x8000 else 0,
    )


def write(command: Command) -> bytes:
    """A command set as bytes, with its group length."""
    asks = not command.kind & 0x8000
    elements = [
        (0x0002, _even(command.sop_class)),
        (0x0100, struct.pack("<H", command.kind)),
        (0x0110 if asks else 0x0120, struct.pack("<H", command.message)),
    ]
    if command.kind == STORE_RQ:
        elements.append((0x0700, struct.pack("<H", 0)))
    elements.append((0x0800, struct.pack("<H", 1 if command.has_data else NO_DATA)))
    if not asks:
        elements.append((0x0900, struct.pack("<H", command.status)))
    if command.sop_instance:
        elements.append((0x1000, _even(command.sop_instance)))
    body = b"".join(struct.pack("<HHI", 0, tag, len(value)) + value for tag, value in elements)
    return struct.pack("<HHII", 0, 0, 4, len(body)) + body


def file_header(
    sop_class: str, sop_instance: str, transfer_syntax: str, implementation: tuple[str, str]
) -> bytes:
    """What comes before a data set in a file (PS3.10 section 7.1). The same for the same object,
    whoever sent it and when."""
    elements = (
        _meta(0x0001, b"OB", b"\0\1")
        + _meta(0x0002, b"UI", _even(sop_class))
        + _meta(0x0003, b"UI", _even(sop_instance))
        + _meta(0x0010, b"UI", _even(transfer_syntax))
        + _meta(0x0012, b"UI", _even(implementation[0]))
        + _meta(0x0013, b"SH", _even(implementation[1], b" "))
    )
    return bytes(128) + b"DICM" + _meta(0, b"UL", struct.pack("<I", len(elements))) + elements


def _meta(element: int, vr: bytes, value: bytes) -> bytes:
    if vr == b"OB":
        return struct.pack("<HH2sxxI", 2, element, vr, len(value)) + value
    return struct.pack("<HH2sH", 2, element, vr, len(value)) + value


def _even(text: str, pad: bytes = b"\0") -> bytes:
    value = text.encode("ascii")
    return value + pad if len(value) % 2 else value


def _number(found: dict[int, bytes], element: int) -> int:
    value = found.get(element, b"")
    if len(value) != 2:
        raise BadPdu("the command lacks a number")
    return int(struct.unpack("<H", value)[0])


def _text(value: bytes) -> str:
    return value[:64].decode("ascii", "replace").strip(" \0")
