"""The first look at bytes nobody trusts: a linear scan with limits, before any library parses them.

Part 10 (PS3.10 chapter 7) says how a file begins; `walk` follows its elements. Time and memory
are linear in the file, whatever it holds.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from imaging.dicom.errors import DicomRefused
from imaging.dicom.pixel_bounds import check_pixels
from imaging.dicom.walk import Limits, Shape, walk, walk_file_meta
from imaging.told import told

PREAMBLE_BYTES = 128
MARK = b"DICM"
IMPLICIT_LITTLE = "1.2.840.10008.1.2"
DEFLATED_LITTLE = "1.2.840.10008.1.2.1.99"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
MIB = 1 << 20


@dataclass(frozen=True)
class Bounds:
    """How much one file may ask of us. An enhanced MR of 2,000 frames fits with room to spare."""

    file_bytes: int = 1024 * MIB
    inflated_bytes: int = 256 * MIB
    inflation_ratio: int = 200
    pixel_bytes: int = 1024 * MIB
    limits: Limits = field(default_factory=Limits)


BOUNDS = Bounds()


@dataclass(frozen=True)
class Scanned:
    """What the scan counted. `plain_bytes` is the size once a deflated file is inflated."""

    transfer_syntax: str
    elements: int
    items: int
    depth: int
    plain_bytes: int


def prescan(data: bytes, *, name: str = told("The file"), bounds: Bounds = BOUNDS) -> Scanned:
    """Count what a DICOM file holds, or raise DicomRefused with the first limit that it breaks.

    name: how the sentence calls the file.
    """
    if len(data) > bounds.file_bytes:
        raise DicomRefused(
            "too_large",
            told(
                "%(file)s has %(size)s MiB; a file may have %(most)s MiB.",
                file=name,
                size=len(data) // MIB,
                most=bounds.file_bytes // MIB,
            ),
        )
    if len(data) < PREAMBLE_BYTES + 4 or data[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] != MARK:
        raise DicomRefused(
            "not_dicom", told("%(file)s is not a DICOM file: it lacks the DICM mark.", file=name)
        )
    meta = walk_file_meta(data, PREAMBLE_BYTES + 4, name=name, limits=bounds.limits)
    body, start = data, meta.end
    if meta.transfer_syntax in (DEFLATED_LITTLE, DEFLATED_FRAMES):
        body, start = inflate(data[meta.end :], name=name, bounds=bounds), 0
    shape = walk(
        body,
        start,
        implicit=meta.transfer_syntax == IMPLICIT_LITTLE,
        big=meta.transfer_syntax == EXPLICIT_BIG,
        name=name,
        limits=bounds.limits,
    )
    check_pixels(shape, body, name=name, most_bytes=bounds.pixel_bytes)
    return _scanned(meta.transfer_syntax, shape, len(body))


def _scanned(transfer_syntax: str, shape: Shape, plain_bytes: int) -> Scanned:
    return Scanned(
        transfer_syntax=transfer_syntax,
        elements=shape.elements,
        items=shape.items,
        depth=shape.depth,
        plain_bytes=plain_bytes,
    )


def inflate(deflated: bytes, *, name: str, bounds: Bounds = BOUNDS) -> bytes:
    """Raw-inflate (RFC 1951) up to the smaller of the absolute limit and the ratio's."""
    most = min(bounds.inflated_bytes, max(MIB, len(deflated) * bounds.inflation_ratio))
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = engine.decompress(deflated, most)
        beyond = engine.decompress(engine.unconsumed_tail, 1) if engine.unconsumed_tail else b""
    except zlib.error:
        raise DicomRefused(
            "malformed", told("%(file)s is damaged: its deflated part cannot be read.", file=name)
        ) from None
    if beyond:
        raise DicomRefused(
            "bomb",
            told(
                "%(file)s inflates to more than %(most)s MiB, more than a scan needs.",
                file=name,
                most=most // MIB,
            ),
        )
    if not engine.eof:
        raise DicomRefused(
            "truncated", told("%(file)s is cut off: its deflated part does not end.", file=name)
        )
    return plain
