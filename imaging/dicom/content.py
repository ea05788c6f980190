"""What an object says, whatever it is written in: a digest of its elements and their values.

The same object comes with implicit or explicit representations, with sequences of known or unknown
length, with or without group lengths and padding, by whichever door. Its bytes differ then; this
digest does not. Compressed pixels count as they are compressed.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Any, Protocol

import numpy as np
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

PADDING, PIXELS = 0xFFFCFFFC, 0x7FE00010
# Bytes of one number, by representation.
NUMBERS = {
    **dict.fromkeys(("US", "SS", "OW", "AT"), 2),
    **dict.fromkeys(("UL", "SL", "FL", "OF", "OL"), 4),
    **dict.fromkeys(("FD", "OD", "UV", "SV", "OV"), 8),
}

PACKED = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "SV": "q", "UV": "Q"}


class _Sink(Protocol):
    def update(self, data: bytes, /) -> None: ...


def content_digest(dataset: Dataset) -> str:
    """SHA-256 of a data set's content. Call it inside `lenient`, before values are looked at."""
    digest = hashlib.sha256()
    _feed(digest, dataset)
    return digest.hexdigest()


def _feed(sink: _Sink, dataset: Dataset) -> None:
    for tag in sorted(dataset.keys()):
        if tag.element == 0 or tag == PADDING:
            continue
        raw = dataset.get_item(tag)
        vr = _representation(raw, tag)
        if vr == "SQ":
            _feed_items(sink, dataset, tag)
        else:
            value = _plain(raw, vr)
            sink.update(b"%08x %d " % (tag, len(value)))
            sink.update(value)


def _feed_items(sink: _Sink, dataset: Dataset, tag: BaseTag) -> None:
    items = dataset[tag].value or []
    sink.update(b"%08x [%d" % (tag, len(items)))
    for item in items:
        _feed(sink, item)
        sink.update(b";")


def _representation(element: Any, tag: BaseTag) -> str:
    if element.VR not in (None, "UN"):
        return str(element.VR)
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


def _plain(element: Any, vr: str) -> bytes:
    if not isinstance(element, RawDataElement):
        return _again(element.value, vr)
    value = element.value or b""
    width = NUMBERS.get(vr, 1)
    if not element.is_little_endian and len(value) % width == 0:
        value = np.frombuffer(value, f">u{width}").astype(f"<u{width}").tobytes()
    # An implicit data set does not say which values are text, and text is padded in several ways.
    return value if element.tag == PIXELS else value.rstrip(b" \0")


def _again(value: Any, vr: str) -> bytes:
    """The bytes of a value that pydicom has looked at for its own ends."""
    if isinstance(value, bytes):
        return value.rstrip(b" \0")
    several = value if isinstance(value, list | tuple | MultiValue) else [value]
    if vr in PACKED:
        numbers = [struct.pack(f"<{PACKED[vr]}", one) for one in several if one is not None]
        return b"".join(numbers).rstrip(b" \0")
    return "\\".join("" if one is None else str(one) for one in several).encode()
