"""The picture that a file announces against the bytes that it holds.

A compressed picture of 630 bytes can announce gigabytes in its own header (JPEG 2000 SIZ, JPEG
SOF); the announced size must be the one of the data set before a decoder allocates it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from imaging.dicom.errors import DicomRefused
from imaging.dicom.walk import Shape
from imaging.told import told

SAMPLES, FRAMES, ROWS, COLUMNS, BITS = 0x00280002, 0x00280008, 0x00280010, 0x00280011, 0x00280100
CODESTREAM = b"\xff\x4f\xff\x51"  # JPEG 2000: SOC, then SIZ
JPEG_START = b"\xff\xd8"
# start-of-frame markers that carry the size: all of C0..CF but DHT, JPG and DAC; F7 is JPEG-LS
JPEG_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True)
class PixelSize:
    rows: int
    columns: int
    samples: int
    bits: int
    frames: int

    @property
    def total_bytes(self) -> int:
        return (self.rows * self.columns * self.samples * self.bits * self.frames + 7) // 8


def check_pixels(shape: Shape, data: bytes, *, name: str, most_bytes: int) -> None:
    """Refuse a picture too large, cut off, or announced in two sizes. No picture passes."""
    if shape.pixels is None and not shape.fragments:
        return
    size = _size(shape, name)
    if size.total_bytes > most_bytes:
        raise DicomRefused(
            "too_large",
            told(
                "%(file)s announces a picture of %(size)s MiB; %(most)s MiB are allowed.",
                file=name,
                size=f"{size.total_bytes >> 20:,}",
                most=f"{most_bytes >> 20:,}",
            ),
        )
    if shape.pixels is not None and shape.pixels[1] < size.total_bytes:
        raise DicomRefused(
            "truncated",
            told(
                "%(file)s holds %(held)s bytes of a picture of %(size)s bytes.",
                file=name,
                held=f"{shape.pixels[1]:,}",
                size=f"{size.total_bytes:,}",
            ),
        )
    for start, length in shape.fragments:
        _check_fragment(data[start : start + length], size, name)


def _size(shape: Shape, name: str) -> PixelSize:
    order = ">" if shape.big else "<"

    def number(tag: int, otherwise: int) -> int:
        raw = shape.wanted.get(tag, b"")
        return int(struct.unpack_from(order + "H", raw)[0]) if len(raw) >= 2 else otherwise

    try:
        frames = int(shape.wanted.get(FRAMES, b"1").rstrip(b"\0 ") or b"1")
    except ValueError:
        raise DicomRefused(
            "malformed", told("%(file)s does not say how many frames it has.", file=name)
        ) from None
    rows, columns = number(ROWS, 0), number(COLUMNS, 0)
    if not rows or not columns or frames < 1:
        raise DicomRefused("malformed", told("%(file)s has a picture without a size.", file=name))
    return PixelSize(rows, columns, number(SAMPLES, 1), number(BITS, 16), frames)


def _check_fragment(fragment: bytes, size: PixelSize, name: str) -> None:
    announced = announced_size(fragment)
    if announced is not None and announced != (size.rows, size.columns):
        raise DicomRefused(
            "bomb",
            told(
                "%(file)s announces %(columns)s x %(rows)s pixels, its compressed picture "
                "%(inner_columns)s x %(inner_rows)s.",
                file=name,
                columns=size.columns,
                rows=size.rows,
                inner_columns=announced[1],
                inner_rows=announced[0],
            ),
        )


def announced_size(fragment: bytes) -> tuple[int, int] | None:
    """Rows and columns in a JPEG family header; None where the piece carries none."""
    if fragment[:4] == CODESTREAM and len(fragment) >= 24:
        right, bottom, left, top = struct.unpack_from(">IIII", fragment, 8)
        return bottom - top, right - left
    if fragment[:2] == JPEG_START:
        return _jpeg_size(fragment)
    return None


def _jpeg_size(fragment: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(fragment) and fragment[position] == 0xFF:
        marker = fragment[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker in JPEG_FRAMES:
            rows, columns = struct.unpack_from(">HH", fragment, position + 5)
            return rows, columns
        (length,) = struct.unpack_from(">H", fragment, position + 2)
        position += 2 + length
    return None
