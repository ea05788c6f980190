"""What we do with each row of the confidentiality table, for the conformance statement."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag

from imaging.dicom import profile
from imaging.dicom.cleaning import FIRST_GROUP, is_dated
from imaging.dicom.confidentiality import Action, repeating_rows, rows

FILE_META = 0x0002
DONE = {
    Action.REMOVE: "removed",
    Action.EMPTY: "emptied",
    Action.DUMMY: "replaced by a dummy value",
    Action.UID: "replaced by a keyed UID",
    Action.ITEMS: "kept, its items cleaned",
}


@dataclass(frozen=True)
class Statement:
    """One row: the attribute, the Basic Profile's action and ours."""

    tag: str
    keyword: str
    basic: str
    done: str


def statement() -> list[Statement]:
    """Every row of the table by tag, repeating groups with x for their free digits."""
    single = [
        Statement(
            f"({tag >> 16:04X},{tag & 0xFFFF:04X})",
            keyword_for_tag(tag) or "",
            action.value,
            _done(tag, action),
        )
        for tag, action in sorted(rows().items())
    ]
    repeated = [
        Statement(_pattern(tag, mask), "", action.value, DONE[Action.REMOVE])
        for tag, mask, action in repeating_rows()
    ]
    return single + repeated


def _done(tag: int, action: Action) -> str:
    if tag in profile.CHARACTERISTICS:
        return f"kept where well-formed ({profile.PATIENT_CHARACTERISTICS[0]})"
    if tag in profile.DESCRIPTORS:
        return f"reduced to words of MR ({profile.CLEAN_DESCRIPTORS[0]})"
    if tag >> 16 == FILE_META:
        return "written anew"
    if tag >> 16 < FIRST_GROUP or not dictionary_has_tag(tag):
        return DONE[Action.REMOVE]
    vr = dictionary_VR(tag)
    if is_dated(tag, vr):
        moved = "kept" if vr == "TM" else "moved by the participant's offset"
        return f"{moved} ({profile.MODIFIED_DATES[0]})"
    if vr == "SQ" and action is Action.DUMMY:
        return DONE[Action.REMOVE]
    return DONE[action]


def _pattern(tag: int, mask: int) -> str:
    digits = f"{tag:08X}"
    shown = "".join(
        digit if kept == "F" else "x" for digit, kept in zip(digits, f"{mask:08X}", strict=True)
    )
    return f"({shown[:4]},{shown[4:]})"
