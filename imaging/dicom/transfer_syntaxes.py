"""The encodings in which a scan is taken (PS3.5 annex A): what pydicom reads with our plugins."""

from __future__ import annotations

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED_LITTLE = "1.2.840.10008.1.2.1.99"
RLE = "1.2.840.10008.1.2.5"
JPEG = "1.2.840.10008.1.2.4"

TAKEN = frozenset(
    (
        IMPLICIT_LITTLE,
        EXPLICIT_LITTLE,
        EXPLICIT_BIG,
        DEFLATED_LITTLE,
        RLE,
        # baseline, extended, lossless, lossless first-order, JPEG-LS, JPEG 2000, HTJ2K
        *(f"{JPEG}.{kind}" for kind in (50, 51, 57, 70, 80, 81, 90, 91, 201, 202, 203)),
    )
)
