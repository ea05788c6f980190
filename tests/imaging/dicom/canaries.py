"""Identifiers planted in every row of the confidentiality table and in the places beside it."""

from __future__ import annotations

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.dicom.confidentiality import repeating_rows, rows

PLANTED_DATE = "19530417"
PLANTED_UID = "1.2.3.4.5555"
PLANTED_NUMBER = 54321
FIXED = {
    "DA": PLANTED_DATE,
    "DT": PLANTED_DATE + "123456",
    "TM": "235917",
    "AS": "077Y",
    "DS": "54321.5",
    "IS": "54321",
}


def word(number: int) -> str:
    return f"CANARY{number:04d}X"


def planted(tag: int, number: int) -> DataElement:
    """An element of its dictionary representation (LO where there is none) with a canary in it."""
    vr = (dictionary_VR(tag) if dictionary_has_tag(tag) else "LO").split(" or ")[0]
    return DataElement(tag, vr, _value(vr, number))


def _value(vr: str, number: int) -> object:
    if vr in FIXED:
        return FIXED[vr]
    if vr == "UI":
        return f"{PLANTED_UID}.{number}"
    if vr == "SQ":
        return Sequence([_item(number)])
    if vr in ("OB", "OW", "UN", "OD", "OF", "OL", "OV"):
        return (word(number) * 8).encode()
    if vr in ("US", "SS", "UL", "SL", "FL", "FD"):
        return PLANTED_NUMBER if vr != "SS" else 12345
    return word(number)


def _item(number: int) -> Dataset:
    item = Dataset()
    item.PersonName = f"{word(number)}^NESTED"
    item.CodeMeaning = f"{word(number)} meaning"
    item.ReferencedSOPInstanceUID = f"{PLANTED_UID}.{number}.1"
    item.TextValue = word(number)
    item.DateTime = PLANTED_DATE + "0101"
    return item


def table_tags() -> list[int]:
    """Every row's tag, repeating groups at two of their places; file meta and pixels apart."""
    repeated = [
        tag | place << 16 | low
        for tag, mask, _ in repeating_rows()
        for place in (0, 2)
        for low in ((0x10, 0x3000) if not mask & 0xFFFF else (0,))
    ]
    return [tag for tag in rows() if 0x0008 <= tag >> 16 < 0xFFFA] + repeated


def plant_table(dataset: Dataset) -> int:
    """Put a canary into every row; the image's own identity UIDs stay theirs. How many."""
    tags = [tag for tag in table_tags() if tag not in dataset or tag >> 16 == 0x0010]
    for number, tag in enumerate(tags):
        dataset.add(planted(tag, number))
    return len(tags)


def all_values(dataset):
    """Every tag and value, those of nested items too."""
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from all_values(item)
        else:
            yield element.tag, element.value
