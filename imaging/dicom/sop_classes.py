"""The kinds of DICOM object that matter here (PS3.4 B.5)."""

from __future__ import annotations

MR = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
LEGACY_ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.4"
MR_IMAGES = frozenset((MR, ENHANCED_MR, LEGACY_ENHANCED_MR))

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
SECONDARY_CAPTURES = frozenset(
    (SECONDARY_CAPTURE, *(f"{SECONDARY_CAPTURE}.{kind}" for kind in range(1, 5)))
)

DIRECTORY = "1.2.840.10008.1.3.10"

# Every storage class of the standard lies below one of these two roots.
STORAGE_ROOTS = ("1.2.840.10008.5.1.4.1.1.", "1.2.840.10008.5.1.4.34.")


def is_storage(sop_class: str) -> bool:
    """Whether objects of this kind are stored. Ours is the road: what no scan is waits there."""
    return sop_class.startswith(STORAGE_ROOTS)
