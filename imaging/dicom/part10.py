"""What a file's own header names, read without a parser (PS3.10 section 7.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
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
    found = {element: head[start:end] for element, start, end in _header(head)}
    words = (
        found.get(element, b"").decode("ascii", "replace").strip(" \0")
        for element in (SOP_CLASS, SOP_INSTANCE)
    )
    uids = next(words), next(words)
    return Named(*uids) if all(UID.fullmatch(uid) for uid in uids) else None


def data_set(content: bytes) -> memoryview:
    """A file without its preamble and its header."""
    ends = [end for _element, _start, end in _header(content)]
    return memoryview(content)[max(ends, default=0) :]


def _header(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The header's elements: each its number, and where its value begins and ends."""
    if content[128:PREAMBLE_BYTES] != b"DICM":
        return
    position = PREAMBLE_BYTES
    while position + 12 <= len(content):
        group, element, vr, length = struct.unpack_from("<HH2sH", content, position)
        if group != 2:
            return
        start = position + 8
        if vr in LONG:
            (length,) = struct.unpack_from("<I", content, start)
            start += 4
        position = start + length
        yield element, start, position
