"""What a file's own header names, read without a parser (PS3.10 section 7.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from imaging.dicom.network.messages import UID

PREAMBLE_BYTES = 132
SOP_CLASS, SOP_INSTANCE = 0x0002, 0x0003
LONG = (b"OB", b"OW", b"UN", b"UT", b"SQ")


@dataclass(frozen=True)
class Named:
    """An object by its own words."""

    sop_class: str
    sop_instance: str


def named(head: bytes) -> Named | None:
    """The object whose file begins like this; None where it does not begin as one."""
    if head[128:PREAMBLE_BYTES] != b"DICM":
        return None
    found: dict[int, str] = {}
    position = PREAMBLE_BYTES
    while position + 12 <= len(head):
        group, element, vr, length = struct.unpack_from("<HH2sH", head, position)
        start = position + 8
        if vr in LONG:
            (length,) = struct.unpack_from("<I", head, start)
            start += 4
        if group != 2:
            break
        found[element] = head[start : start + length].decode("ascii", "replace").strip(" \0")
        position = start + length
    uids = found.get(SOP_CLASS, ""), found.get(SOP_INSTANCE, "")
    return Named(*uids) if all(UID.fullmatch(uid) for uid in uids) else None
