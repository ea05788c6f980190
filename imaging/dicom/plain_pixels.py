"""Pixel data as plain little-endian samples and nothing else.

Compressed streams carry comments, native ones bytes after the picture and, in unused high bits,
overlays (PS3.3 C.9.2, retired): all places where text hides. Decoding and masking leave the
picture alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging.dicom.decoding import stored_pixels
from imaging.dicom.errors import DicomRefused
from imaging.told import told

STORABLE: dict[int, np.dtype[Any]] = {8: np.dtype("u1"), 16: np.dtype("<u2"), 32: np.dtype("<u4")}


def plain_pixels(dataset: Dataset, name: str) -> bytes:
    """The samples of all frames in order, unused bits filled by sign, padded to an even length."""
    allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    if int(dataset.get("SamplesPerPixel") or 1) != 1:
        raise DicomRefused(
            "colour", told("%(file)s is a colour picture; a person must look at it.", file=name)
        )
    if allocated not in STORABLE or not 0 < stored <= allocated:
        raise DicomRefused(
            "malformed",
            told(
                "%(file)s stores %(stored)s of %(allocated)s bits a pixel.",
                file=name,
                stored=stored,
                allocated=allocated,
            ),
        )
    if int(dataset.get("HighBit") or stored - 1) != stored - 1:
        raise DicomRefused(
            "malformed", told("%(file)s keeps its pixels in unusual bits.", file=name)
        )
    samples = np.asarray(stored_pixels(dataset)).astype(STORABLE[allocated], copy=False)
    signed = int(dataset.get("PixelRepresentation") or 0) == 1
    plain = _without_unused(samples, allocated - stored, signed).tobytes()
    return plain + b"\0" * (len(plain) % 2)


def _without_unused(samples: NDArray, unused: int, signed: bool) -> NDArray:
    if unused == 0:
        return samples
    if not signed:
        return (samples << unused).astype(samples.dtype) >> unused
    as_signed = samples.dtype.str.replace("u", "i")
    return (samples.view(as_signed) << unused).astype(as_signed) >> unused
