"""Searching over attributes in DICOM JSON (PS3.18 section 10.6, matching as PS3.4 C.2.2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

from imaging.dicom.errors import DicomRefused
from imaging.told import told

Attributes = Mapping[str, Any]
TAG = re.compile(r"[0-9A-Fa-f]{8}")
RANGES = frozenset(("DA", "TM", "DT"))
BY_WORD = frozenset(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"))

_PATIENT = "00100010 00100020 00100030 00100040"
_TRIAL = "00120020 00120040 00120042 00120050"
_STUDY = "0020000D 00080020 00080030 00080050 00080061 00080090 00081030 00200010 00201206 00201208"
_SERIES = "0020000E 00080060 0008103E 00200011 00201209 00080021 00080031 00120071 00200052"
_INSTANCE = "00080016 00080018 00200013 00280010 00280011 00280100 00280008"
SHOWN = {
    "study": frozenset(f"{_STUDY} {_PATIENT} {_TRIAL}".split()),
    "series": frozenset(f"{_SERIES} 0020000D {_PATIENT}".split()),
    "instance": frozenset(f"{_INSTANCE} 0020000D 0020000E 00080060".split()),
}


def tag_of(name: str) -> str:
    """The tag of a keyword or of eight digits. Raises DicomRefused where there is none."""
    if TAG.fullmatch(name):
        return name.upper()
    found = tag_for_keyword(name)
    if found is None:
        raise DicomRefused("unknown_attribute", told("There is no attribute %(name)s.", name=name))
    return f"{found:08X}"


def filters_of(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What a query asks for, by tag. An empty value matches everything."""
    other = ("limit", "offset", "fuzzymatching", "includefield")
    return {tag_of(name): value for name, value in query if name not in other and value}


def matches(attributes: Attributes, filters: Mapping[str, str]) -> bool:
    """Whether an object has what is asked for."""
    return all(_matches(attributes.get(tag), tag, asked) for tag, asked in filters.items())


def shown(attributes: Attributes, level: str, wanted: Iterable[str]) -> dict[str, Any]:
    """What an answer at a level tells of an object: the level's own, and what else is wanted."""
    more = {tag_of(name) for names in wanted for name in names.split(",") if name != "all"}
    tags = SHOWN[level] | more
    everything = "all" in wanted
    return {tag: value for tag, value in attributes.items() if everything or tag in tags}


def _matches(element: Any, tag: str, asked: str) -> bool:
    values = [_plain(value) for value in (element or {}).get("Value", [])]
    vr = _representation(tag)
    if vr in RANGES and "-" in asked:
        low, _, high = asked.partition("-")
        return any((not low or low <= value) and (not high or value <= high) for value in values)
    if vr == "UI":
        return any(value in re.split(r"[,\\]", asked) for value in values)
    if vr in BY_WORD:
        if vr == "PN":
            return any(fnmatchcase(value.lower(), asked.lower()) for value in values)
        return any(fnmatchcase(value, asked.replace("[", "[[]")) for value in values)
    return asked in values


def _representation(tag: str) -> str:
    return dictionary_VR(int(tag, 16)) if keyword_for_tag(int(tag, 16)) else ""


def _plain(value: Any) -> str:
    return str(value.get("Alphabetic", "")) if isinstance(value, Mapping) else str(value)
