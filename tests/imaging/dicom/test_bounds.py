"""Hostile bytes are refused by the scan, in a sentence, before pydicom sees them."""

from __future__ import annotations

import struct
import time
import zlib

import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from imaging.dicom.bounds import Bounds, prescan
from imaging.dicom.errors import DicomRefused
from imaging.dicom.walk import Limits
from tests.imaging.dicom.instances import headed, instance, part10

EXPLICIT, IMPLICIT = b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2"
DEFLATED = b"1.2.840.10008.1.2.1.99"
UNDEFINED = b"\xff\xff\xff\xff"
ITEM, ITEM_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0\0\0\0\0"
SEQUENCE_END = b"\xfe\xff\xdd\xe0\0\0\0\0"
OPEN_SEQUENCE = b"\x08\x00\x40\x11SQ\0\0" + UNDEFINED  # Referenced Image Sequence
STUDY_DATE = b"\x08\x00\x20\x00DA\x08\x0020240315"


def _deflated(plain: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return headed(DEFLATED, engine.compress(plain) + engine.flush())


def _picture(rows: int, columns: int, data: bytes, vr: bytes = b"OW") -> bytes:
    size = b"\x28\x00\x10\x00US\x02\x00" + struct.pack("<H", rows)
    size += b"\x28\x00\x11\x00US\x02\x00" + struct.pack("<H", columns)
    return size + b"\xe0\x7f\x10\x00" + vr + b"\0\0" + data


def _jpeg2000(rows: int, columns: int) -> bytes:
    size = b"\xff\x4f\xff\x51\x00\x29\x00\x00" + struct.pack(">IIII", columns, rows, 0, 0)
    piece = size + b"\0" * 24
    fragments = ITEM + b"\0\0\0\0" + ITEM + struct.pack("<I", len(piece)) + piece
    return _picture(512, 512, UNDEFINED + fragments + SEQUENCE_END, b"OB")


def _jpeg(rows: int, columns: int, marker: int) -> bytes:
    piece = b"\xff\xd8\xff\xe0\x00\x04\0\0\xff" + bytes([marker]) + b"\x00\x0b\x08"
    piece += struct.pack(">HH", rows, columns) + b"\x01\x01\x11\x00\xff\xd9"
    fragments = ITEM + b"\0\0\0\0" + ITEM + struct.pack("<I", len(piece)) + piece
    return _picture(512, 512, UNDEFINED + fragments + SEQUENCE_END, b"OB")


def _frames(text: bytes) -> bytes:
    element = b"\x28\x00\x08\x00IS" + struct.pack("<H", len(text)) + text
    return element + _picture(8, 8, b"\x80\0\0\0" + b"\0" * 128)


HOSTILE = {
    "a web page": (b"<!doctype html><html>" * 30, "not_dicom"),
    "a PDF": (b"%PDF-1.7\n" * 40, "not_dicom"),
    "an archive": (b"PK\x03\x04" * 99, "not_dicom"),
    "a mark and nothing else": (b"\0" * 128 + b"DICM", "malformed"),
    "a file header cut off": (b"\0" * 128 + b"DICM\x02\0\x10\0UI\x40\x001.2", "truncated"),
    "a file header without end": (
        b"\0" * 128 + b"DICM" + b"\x02\0\x10\0UI\x02\x001\0" * 90_000,
        "malformed",
    ),
    "an item's end at the top": (headed(EXPLICIT, ITEM_END), "malformed"),
    "a sequence's end at the top": (headed(EXPLICIT, SEQUENCE_END), "malformed"),
    "elements of a command": (headed(EXPLICIT, b"\0\0\x10\x01US\x02\0\0\0"), "malformed"),
    "a JPEG bomb": (headed(b"1.2.840.10008.1.2.4.70", _jpeg(65_000, 65_000, 0xC3)), "bomb"),
    "a JPEG-LS bomb": (headed(b"1.2.840.10008.1.2.4.80", _jpeg(65_000, 65_000, 0xF7)), "bomb"),
    "fewer than no frames": (headed(EXPLICIT, _frames(b"-1")), "malformed"),
    "frames that are no number": (headed(EXPLICIT, _frames(b"many")), "malformed"),
    "more frames than pixels": (headed(EXPLICIT, _frames(b"9000")), "truncated"),
    "a text file": (b"Dear doctor, the scan is in the post.\n" * 20, "not_dicom"),
    "nothing": (b"", "not_dicom"),
    "a program": (b"MZ" + b"\x90" * 400, "not_dicom"),
    "no transfer syntax": (b"\0" * 128 + b"DICM" + STUDY_DATE, "malformed"),
    "cut in a value": (headed(EXPLICIT, STUDY_DATE[:-3]), "truncated"),
    "cut in an element's head": (headed(EXPLICIT, STUDY_DATE + b"\x10\x00"), "truncated"),
    "a length beyond the end": (
        headed(EXPLICIT, b"\x08\x00\x70\x00UT\0\0\xfe\xff\xff\x7f" + b"x" * 64),
        "truncated",
    ),
    "an implicit length beyond the end": (
        headed(IMPLICIT, b"\x08\x00\x70\x00\xfe\xff\xff\x7f" + b"x" * 64),
        "truncated",
    ),
    "an element twice": (headed(EXPLICIT, STUDY_DATE * 2), "malformed"),
    "zeros": (headed(IMPLICIT, b"\0" * 4096), "malformed"),
    "no value representation": (headed(EXPLICIT, b"\x08\x00\x20\x00zz" + b"\0" * 8), "malformed"),
    "4,000 nested sequences": (
        headed(EXPLICIT, (OPEN_SEQUENCE + ITEM + UNDEFINED) * 4000),
        "too_much",
    ),
    "half a million empty items": (
        headed(EXPLICIT, OPEN_SEQUENCE + (ITEM + b"\0\0\0\0") * 490_000 + SEQUENCE_END),
        "too_much",
    ),
    "half a million empty items of a private implicit sequence": (
        headed(
            IMPLICIT,
            b"\x09\x00\x01\x10" + struct.pack("<I", 8 * 490_000) + (ITEM + b"\0\0\0\0") * 490_000,
        ),
        "too_much",
    ),
    "many elements": (
        headed(
            EXPLICIT,
            b"".join(struct.pack("<HH", 0x11, i) + b"UL\0\0" for i in range(65536))
            + b"".join(struct.pack("<HH", 0x13, i) + b"UL\0\0" for i in range(65536))
            + b"".join(struct.pack("<HH", 0x15, i) + b"UL\0\0" for i in range(65536))
            + b"".join(struct.pack("<HH", 0x17, i) + b"UL\0\0" for i in range(65536)),
        ),
        "too_much",
    ),
    "an item outside a sequence": (headed(EXPLICIT, ITEM + b"\0\0\0\0"), "malformed"),
    "an element where an item should be": (
        headed(EXPLICIT, OPEN_SEQUENCE + STUDY_DATE),
        "malformed",
    ),
    "a sequence without an end": (headed(EXPLICIT, OPEN_SEQUENCE), "truncated"),
    "an item longer than its sequence": (
        headed(EXPLICIT, b"\x08\x00\x40\x11SQ\0\0\x08\0\0\0" + ITEM + b"\x08\0\0\0" + b"\0" * 8),
        "truncated",
    ),
    "a deflate bomb": (_deflated(b"\0" * (300 << 20)), "bomb"),
    "deflated rubbish": (headed(DEFLATED, b"\x07rubbish" * 9), "malformed"),
    "a deflated file cut off": (_deflated(STUDY_DATE * 1)[:-4], "truncated"),
    "fewer pixels than announced": (
        headed(EXPLICIT, _picture(512, 512, b"\x10\0\0\0" + b"\0" * 16)),
        "truncated",
    ),
    "a picture of gigabytes": (
        headed(
            EXPLICIT,
            b"\x28\x00\x08\x00IS\x04\x009999" + _picture(65535, 65535, b"\0\0\0\0"),
        ),
        "too_large",
    ),
    "a picture without a size": (
        headed(EXPLICIT, _picture(0, 0, b"\x10\0\0\0" + b"\0" * 16)),
        "malformed",
    ),
    "a JPEG 2000 bomb": (headed(b"1.2.840.10008.1.2.4.90", _jpeg2000(60_000, 60_000)), "bomb"),
    "a compressed picture without an end": (
        headed(b"1.2.840.10008.1.2.4.90", _jpeg2000(512, 512)[:-8]),
        "truncated",
    ),
    "elements of the file header in the data": (
        headed(EXPLICIT, STUDY_DATE + b"\x02\x00\x10\x00UI\x02\x001\0"),
        "malformed",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_bytes_are_refused_in_one_sentence_within_two_seconds(what):
    data, code = HOSTILE[what]
    started = time.perf_counter()
    with pytest.raises(DicomRefused) as refused:
        prescan(data, name="x.dcm")
    assert time.perf_counter() - started < 2
    assert refused.value.code == code
    assert str(refused.value).startswith("x.dcm ")
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "syntax",
    [
        ExplicitVRLittleEndian,
        ImplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    ],
)
def test_a_sound_image_passes_in_each_plain_encoding(syntax):
    dataset = instance()
    if syntax == ExplicitVRBigEndian:
        dataset.PixelData = bytes(reversed(dataset.PixelData))
    scanned = prescan(part10(dataset, syntax))
    assert scanned.transfer_syntax == syntax
    assert scanned.elements == len(instance())


def test_every_prefix_of_a_sound_image_is_refused():
    whole = part10(instance())
    prescan(whole)
    refused = 0
    for length in range(0, len(whole), 7):
        try:
            prescan(whole[:length])
        except DicomRefused:
            refused += 1
    # a file cut exactly between two elements before the picture is whole, if poor
    assert refused >= len(range(0, len(whole), 7)) - 12


def test_the_limits_are_the_callers():
    nested = headed(
        EXPLICIT, (OPEN_SEQUENCE + ITEM + UNDEFINED) * 3 + (ITEM_END + SEQUENCE_END) * 3
    )
    assert prescan(nested).depth == 3
    with pytest.raises(DicomRefused, match="nested more than 2 deep"):
        prescan(nested, bounds=Bounds(limits=Limits(depth=2)))
    with pytest.raises(DicomRefused, match="may have 0 MiB"):
        prescan(nested, bounds=Bounds(file_bytes=100))
