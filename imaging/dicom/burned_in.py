"""Pictures that may show names in their pixels, which no header rule can clean."""

from __future__ import annotations

from imaging.dicom.header import Header
from imaging.dicom.sop_classes import SECONDARY_CAPTURES
from imaging.told import told

SCREENS = frozenset(("SCREEN SAVE", "SCREENSAVE", "SCREENSHOT"))


def burned_in_risk(header: Header) -> str | None:
    """Why a person must look at the picture for text before it goes on; None where nobody need."""
    if header.burned_in == "YES":
        return told("The file says that text is burned into its picture.")
    if header.sop_class_uid in SECONDARY_CAPTURES or header.conversion_type:
        return told("The file is a secondary capture, whose picture often shows names.")
    if SCREENS & set(header.image_type):
        return told("The file is a screen shot, whose picture often shows names.")
    return None
