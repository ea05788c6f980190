"""Following a DICOM data set element by element without interpreting it (PS3.5 chapter 7).

One loop and an explicit stack, so that depth costs nothing; each step either moves forward in the
bytes or refuses.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from pydicom._dicom_dict import DicomDictionary

from imaging.dicom.errors import DicomRefused
from imaging.told import told

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010
TRANSFER_SYNTAX = 0x00020010
LONG_VRS = frozenset(
    (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
)
TEXT_VRS = frozenset((b"AE", b"AS", b"CS", b"DA", b"DS", b"DT", b"IS", b"LO", b"LT", b"PN"))
SHORT_VRS = TEXT_VRS | frozenset(
    (b"SH", b"ST", b"TM", b"UI", b"AT", b"FL", b"FD", b"SL", b"SS", b"UL", b"US")
)
SEQUENCE_TAGS = frozenset(tag for tag, entry in DicomDictionary.items() if entry[0] == "SQ")
ITEM_BYTES = {False: b"\xfe\xff\x00\xe0", True: b"\xff\xfe\xe0\x00"}
WANTED = frozenset(
    # samples per pixel, number of frames, rows, columns, bits allocated
    (0x00280002, 0x00280008, 0x00280010, 0x00280011, 0x00280100)
)


@dataclass(frozen=True)
class Limits:
    """Counts that one data set may reach."""

    elements: int = 200_000
    items: int = 20_000
    depth: int = 16
    value_bytes: int = 64 << 20


@dataclass
class Shape:
    """What a walk saw. `wanted` holds raw values of the image's size; `pixels` where pixel data
    lie as (start, length), `fragments` the same for each piece when they are encapsulated."""

    big: bool = False
    elements: int = 0
    items: int = 0
    depth: int = 0
    wanted: dict[int, bytes] = field(default_factory=dict)
    pixels: tuple[int, int] | None = None
    fragments: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class FileMeta:
    transfer_syntax: str
    end: int


@dataclass
class _Frame:
    """A data set (or item) or a sequence. `end` is None where a delimiter ends it; `limit`
    is where it must end at the latest."""

    sequence: bool
    implicit: bool
    end: int | None
    limit: int
    seen: set[int] = field(default_factory=set)


def walk_file_meta(data: bytes, start: int, *, name: str, limits: Limits) -> FileMeta:
    """Walk group 0002, explicit little endian; its transfer syntax and its end."""
    position, transfer_syntax, count = start, "", 0
    while position + 8 <= len(data):
        group, element = struct.unpack_from("<HH", data, position)
        if group != 2:
            break
        count += 1
        _vr, length, value = _explicit(data, position, "<", len(data), name)
        if length == UNDEFINED or value + length > len(data) or count > 64:
            raise (
                _truncated(name)
                if count <= 64
                else _malformed(name, told("its file header repeats"))
            )
        if (group << 16 | element) == TRANSFER_SYNTAX:
            raw = data[value : value + min(length, 64)]
            transfer_syntax = raw.decode("ascii", "replace").rstrip("\0 ")
        position = value + length
    if not transfer_syntax:
        raise _malformed(name, told("its header names no transfer syntax"))
    return FileMeta(transfer_syntax=transfer_syntax, end=position)


def walk(data: bytes, start: int, *, implicit: bool, big: bool, name: str, limits: Limits) -> Shape:
    """Walk a data set from `start` to the end of `data`; DicomRefused at the first broken limit."""
    return _Walk(data, big, name, limits).run(start, implicit)


class _Walk:
    def __init__(self, data: bytes, big: bool, name: str, limits: Limits) -> None:
        self.data, self.name, self.limits = data, name, limits
        self.order = ">" if big else "<"
        self.tag_format = struct.Struct(self.order + "HH")
        self.item_mark = ITEM_BYTES[big]
        self.shape = Shape(big=big)
        self.stack: list[_Frame] = []

    def run(self, start: int, implicit: bool) -> Shape:
        end = len(self.data)
        self.stack = [_Frame(sequence=False, implicit=implicit, end=end, limit=end)]
        position = start
        while self.stack:
            frame = self.stack[-1]
            if frame.end is not None and position >= frame.end:
                if position > frame.end:
                    raise _malformed(self.name, told("a value is longer than what holds it"))
                self.stack.pop()
                continue
            if position + 8 > frame.limit:
                raise _truncated(self.name)
            group, element = self.tag_format.unpack_from(self.data, position)
            tag = group << 16 | element
            position = (
                self._step_sequence(frame, tag, position)
                if frame.sequence
                else (self._step_dataset(frame, tag, position))
            )
        return self.shape

    def _step_sequence(self, frame: _Frame, tag: int, position: int) -> int:
        (length,) = struct.unpack_from(self.order + "I", self.data, position + 4)
        if tag == SEQUENCE_END and frame.end is None:
            self.stack.pop()
            return position + 8
        if tag != ITEM:
            raise _malformed(self.name, told("a sequence holds something other than items"))
        self._count_item()
        self._push(frame, False, frame.implicit, position + 8, length)
        return position + 8

    def _step_dataset(self, frame: _Frame, tag: int, position: int) -> int:
        if tag == ITEM_END and frame.end is None:
            self.stack.pop()
            return position + 8
        self._check_tag(frame, tag)
        vr, length, value = self._element(frame, tag, position)
        if tag == PIXEL_DATA and length == UNDEFINED:
            return self._walk_fragments(value, frame.limit)
        if length == UNDEFINED or self._is_sequence(tag, vr, value, length):
            # an element of unknown representation and length is an implicit sequence (PS3.5 6.2.2)
            implicit = frame.implicit or vr == b"UN"
            self._push(frame, True, implicit, value, length)
            return value
        if value + length > frame.limit:
            raise _truncated(self.name)
        self._keep(tag, value, length)
        return value + length

    def _check_tag(self, frame: _Frame, tag: int) -> None:
        self.shape.elements += 1
        if self.shape.elements > self.limits.elements:
            raise _too_much(
                self.name, told("more than %(most)s elements", most=f"{self.limits.elements:,}")
            )
        if tag in frame.seen:
            raise _malformed(
                self.name, told("element %(element)s is there twice", element=_words(tag))
            )
        if tag >> 16 in (0x0000, 0x0002, 0xFFFE):
            raise _malformed(
                self.name, told("element %(element)s does not belong there", element=_words(tag))
            )
        frame.seen.add(tag)

    def _element(self, frame: _Frame, tag: int, position: int) -> tuple[bytes, int, int]:
        if not frame.implicit:
            return _explicit(self.data, position, self.order, frame.limit, self.name)
        (length,) = struct.unpack_from(self.order + "I", self.data, position + 4)
        return b"", length, position + 8

    def _is_sequence(self, tag: int, vr: bytes, value: int, length: int) -> bool:
        if vr == b"SQ":
            return True
        if vr not in (b"", b"UN") or length < 8:
            return False
        return tag in SEQUENCE_TAGS or self.data[value : value + 4] == self.item_mark

    def _push(
        self, parent: _Frame, sequence: bool, implicit: bool, start: int, length: int
    ) -> None:
        end = None if length == UNDEFINED else start + length
        if end is not None and end > parent.limit:
            raise _truncated(self.name)
        limit = parent.limit if end is None else end
        self.stack.append(_Frame(sequence=sequence, implicit=implicit, end=end, limit=limit))
        depth = len(self.stack) // 2
        self.shape.depth = max(self.shape.depth, depth)
        if depth > self.limits.depth:
            raise _too_much(
                self.name, told("sequences nested more than %(most)s deep", most=self.limits.depth)
            )

    def _count_item(self) -> None:
        self.shape.items += 1
        if self.shape.items > self.limits.items:
            raise _too_much(
                self.name, told("more than %(most)s sequence items", most=f"{self.limits.items:,}")
            )

    def _keep(self, tag: int, value: int, length: int) -> None:
        if len(self.stack) == 1 and tag in WANTED:
            self.shape.wanted[tag] = self.data[value : value + min(length, 16)]
        if tag == PIXEL_DATA:
            if len(self.stack) == 1:
                self.shape.pixels = (value, length)
        elif length > self.limits.value_bytes:
            most = self.limits.value_bytes >> 20
            raise _too_much(
                self.name, told("a value of more than %(most)s MiB outside its picture", most=most)
            )

    def _walk_fragments(self, position: int, limit: int) -> int:
        while position + 8 <= limit:
            group, element, length = struct.unpack_from(self.order + "HHI", self.data, position)
            tag, position = group << 16 | element, position + 8
            if tag == SEQUENCE_END:
                return position
            if tag != ITEM or length == UNDEFINED:
                raise _malformed(
                    self.name, told("its compressed picture holds something other than items")
                )
            if position + length > limit:
                raise _truncated(self.name)
            self._count_item()
            self.shape.fragments.append((position, length))
            position += length
        raise _truncated(self.name)


def _explicit(
    data: bytes, position: int, order: str, limit: int, name: str
) -> tuple[bytes, int, int]:
    """Value representation, length and where the value starts, of an explicit element."""
    vr = data[position + 4 : position + 6]
    if vr in SHORT_VRS:
        (length,) = struct.unpack_from(order + "H", data, position + 6)
        return vr, length, position + 8
    if vr not in LONG_VRS:
        raise _malformed(name, told("an element has no known value representation"))
    if position + 12 > limit:
        raise _truncated(name)
    (length,) = struct.unpack_from(order + "I", data, position + 8)
    return vr, length, position + 12


def _words(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _truncated(name: str) -> DicomRefused:
    return DicomRefused(
        "truncated", told("%(file)s is cut off: it ends in the middle of an element.", file=name)
    )


def _malformed(name: str, what: str) -> DicomRefused:
    return DicomRefused(
        "malformed", told("%(file)s is not well-formed DICOM: %(what)s.", file=name, what=what)
    )


def _too_much(name: str, what: str) -> DicomRefused:
    return DicomRefused(
        "too_much", told("%(file)s holds %(what)s, more than a scan needs.", file=name, what=what)
    )
