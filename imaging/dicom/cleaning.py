"""One data set cleaned into a new one: table first, then what the profile keeps, then by VR."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydicom.datadict import dictionary_has_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import BaseTag

from imaging.dicom import profile
from imaging.dicom.confidentiality import Action, action_of
from imaging.dicom.dates import plain_time, shift_date, shift_date_time
from imaging.dicom.descriptors import clean_description
from imaging.dicom.identity_words import names_someone
from imaging.dicom.plain_text import texts
from imaging.dicom.uids import remap_uid

PIXEL_DATA = 0x7FE00010
# an item has no picture, and the character set of the whole
TOP_ONLY = frozenset((PIXEL_DATA, 0x00080005))
FIRST_GROUP = 0x0008  # below: commands, file meta, directories
CODE_STRING = re.compile(r"[A-Z0-9_ ]{0,16}")
DECIMAL = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *")
AGE = re.compile(r"\d{3}[DWMY]")
OLDEST = 90
NUMERIC = frozenset(("US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT"))
DUMMIES = {
    "DA": "19000101",
    "DT": "19000101",
    "TM": "000000",
    "CS": "REMOVED",
    "AS": "000D",
    "DS": "0",
    "IS": "0",
    "UR": "urn:removed",
}
TEXT = frozenset(("LO", "SH", "ST", "LT", "UT", "UC", "PN", "AE"))
SHORT_CODES = frozenset(("MR", "HFS", "HFP", "FFS", "FFP", "ROW", "COL"))


@dataclass(frozen=True)
class Cleaner:
    """The choices for one file. date_offset_days: None removes every date and time."""

    uid_key: bytes
    date_offset_days: int | None
    keep_characteristics: bool
    names: frozenset[str]
    kept_private: set[int] = field(default_factory=set)

    def clean(self, dataset: Dataset, *, top: bool = True) -> Dataset:
        """A new data set of what may stay. `dataset` keeps its values."""
        cleaned = Dataset()
        for element in dataset:
            if not top and int(element.tag) in TOP_ONLY:
                continue
            kept = self._element(element, dataset)
            if kept is not None:
                cleaned.add(kept)
        return cleaned

    def _element(self, element: DataElement, holder: Dataset) -> DataElement | None:
        tag = int(element.tag)
        if element.tag.is_private:
            return self._private(element, holder)
        if tag == PIXEL_DATA:
            return element
        if not _is_public(element.tag) or tag in profile.UNWANTED:
            return None
        if tag in profile.CHARACTERISTICS:
            return self._characteristic(element)
        if tag in profile.DESCRIPTORS:
            cleaned = [clean_description(t, self.names) for t in texts(element.value)]
            return _with(element, cleaned[0]) if cleaned and cleaned[0] else None
        action = action_of(tag)
        dated = self.date_offset_days is not None and is_dated(tag, element.VR)
        if action is not None and not dated:
            return self._by_table(element, action)
        return self._by_representation(element, holder)

    def _by_table(self, element: DataElement, action: Action) -> DataElement | None:
        if action is Action.REMOVE:
            return None
        if action is Action.UID:
            # whatever representation the file gives it, a UID row holds nothing but a UID
            return self._uids(element) if element.VR == "UI" else None
        if action is Action.ITEMS:
            return self._items(element) if element.VR == "SQ" else None
        if element.VR == "SQ":
            return _with(element, Items()) if action is Action.EMPTY else None
        if action is Action.EMPTY or element.is_empty:
            return _with(element, None)
        return self._dummy(element)

    def _dummy(self, element: DataElement) -> DataElement | None:
        if element.VR == "UI":
            return self._uids(element)
        if self.date_offset_days is None and element.VR in ("DA", "DT", "TM"):
            return _with(element, None)
        if element.VR in TEXT:
            return _with(element, "REMOVED")
        value = DUMMIES.get(element.VR)
        return None if value is None else _with(element, value)

    def _characteristic(self, element: DataElement) -> DataElement | None:
        if not self.keep_characteristics:
            # sex is type 2 of the Patient module, the others optional
            return _with(element, None) if element.keyword == "PatientSex" else None
        values = list(texts(element.value))
        value = values[0] if len(values) == 1 else ""
        if element.VR == "AS":
            return _with(element, _top_coded(value)) if AGE.fullmatch(value) else None
        if element.VR == "CS":
            return _with(element, value if value in ("M", "F", "O") else None)
        return element if DECIMAL.fullmatch(value) and len(value) <= 16 else None

    def _by_representation(self, element: DataElement, holder: Dataset) -> DataElement | None:
        vr = element.VR
        if vr == "SQ":
            return self._items(element)
        rule = _RULES.get(vr)
        if rule is not None:
            return rule(self, element)
        if vr in TEXT:
            return self._text(element, holder)
        return element if vr in NUMERIC else None

    def _items(self, element: DataElement) -> DataElement:
        return _with(element, Items([self.clean(item, top=False) for item in element.value or []]))

    def _text(self, element: DataElement, holder: Dataset) -> DataElement:
        """Machine text and standard codes stay where they name nobody; all other text goes."""
        tag = int(element.tag)
        known = tag in profile.MACHINE_TEXT or (
            tag in profile.CODE_TEXT
            and holder.get("CodingSchemeDesignator") in profile.CODING_SCHEMES
        )
        known = known or (tag in profile.EARLIER_METHODS)
        if not known:
            return _with(element, None)
        kept = [t for t in texts(element.value) if not names_someone(t, self.names)]
        return _with(element, kept or None)

    def _codes(self, element: DataElement) -> DataElement:
        found = list(texts(element.value))
        plain = [CODE_STRING.fullmatch(v) and self._names_nobody(v) for v in found]
        if all(plain):
            return element
        if len(found) == 1:
            return _with(element, None)
        # the place of a value among several has a meaning (Image Type)
        kept = [v if ok else DUMMIES["CS"] for v, ok in zip(found, plain, strict=True)]
        return _with(element, kept)

    def _names_nobody(self, code: str) -> bool:
        return code in SHORT_CODES or len(code) < 4 or not names_someone(code, self.names)

    def _numbers(self, element: DataElement) -> DataElement:
        plain = all(DECIMAL.fullmatch(v) for v in texts(element.value) if v)
        return element if plain else _with(element, None)

    def _uids(self, element: DataElement) -> DataElement:
        new = [remap_uid(v, self.uid_key) for v in texts(element.value)]
        return _with(element, new if len(new) != 1 else new[0])

    def _dates(self, element: DataElement) -> DataElement:
        return self._moved(element, shift_date)

    def _date_times(self, element: DataElement) -> DataElement:
        return self._moved(element, shift_date_time)

    def _times(self, element: DataElement) -> DataElement:
        return self._moved(element, lambda text, days: plain_time(text))

    def _moved(self, element: DataElement, move: Callable[[str, int], str]) -> DataElement:
        if self.date_offset_days is None:
            return _with(element, None)
        moved = [move(t, self.date_offset_days) for t in texts(element.value)]
        return _with(element, [m for m in moved if m] or None)

    def _private(self, element: DataElement, holder: Dataset) -> DataElement | None:
        """Numbers of MR physics under known creators, with the creator's own element."""
        group, number = element.tag.group, element.tag.element
        if number < 0x100:
            safe = profile.SAFE_PRIVATE_ELEMENTS.get((str(element.value), group), frozenset())
            present = any(BaseTag(group << 16 | number << 8 | low) in holder for low in safe)
            return element if present and element.VR == "LO" else None
        creator = holder.get(BaseTag(group << 16 | number >> 8))
        safe = profile.SAFE_PRIVATE_ELEMENTS.get(
            (str(creator.value) if creator is not None else "", group), frozenset()
        )
        if number & 0xFF not in safe:
            return None
        if element.VR in ("DS", "IS"):
            element = self._numbers(element)
        elif element.VR not in NUMERIC:
            return None
        self.kept_private.add(int(element.tag))
        return element


_RULES: dict[str, Callable[[Cleaner, DataElement], DataElement]] = {
    "UI": Cleaner._uids,
    "DA": Cleaner._dates,
    "DT": Cleaner._date_times,
    "TM": Cleaner._times,
    "CS": Cleaner._codes,
    "DS": Cleaner._numbers,
    "IS": Cleaner._numbers,
}


def is_dated(tag: int, vr: str) -> bool:
    """Whether Retain Modified Dates takes an attribute over from the Basic Profile."""
    if vr not in ("DA", "DT", "TM") or tag in profile.UNDATED:
        return False
    return tag in profile.DATED or tag >> 16 in profile.DATED_GROUPS


def _is_public(tag: BaseTag) -> bool:
    """In the dictionary, which has no repeating groups (curves, overlays), and of a data set."""
    return tag.group >= FIRST_GROUP and bool(dictionary_has_tag(tag))


def _top_coded(age: str) -> str:
    return f"{OLDEST:03d}Y" if age.endswith("Y") and int(age[:3]) > OLDEST else age


def _with(element: DataElement, value: Any) -> DataElement:
    """The same attribute with another value, in the representation the dictionary gives it."""
    return DataElement(element.tag, element.VR, value)
