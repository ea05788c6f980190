"""The words of one file's identity, to look for where they do not belong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import Tag
from pydicom.valuerep import PersonName

from imaging.dicom.plain_text import texts

PATIENT_GROUP = 0x0010
NUMBERS = frozenset(int(Tag(k)) for k in ("AccessionNumber", "AdmissionID", "ServiceEpisodeID"))
IDENTIFIERS = frozenset(("LO", "SH"))  # comments would add everyday words
WORD = re.compile(r"[^\W_]+")
LEAST_LETTERS = 2  # romanised Chinese family names have two


def identity_words(dataset: Dataset) -> frozenset[str]:
    """Words of person names, patient identifiers and visit numbers at any depth, in lower case.

    Single letters are left out: they would empty half of every description.
    """
    return frozenset(
        word
        for text in _identifying(dataset)
        for word in (w.lower() for w in WORD.findall(text))
        if len(word) >= LEAST_LETTERS and not (word.isdigit() and len(word) < 5)
    )


def _identifying(dataset: Dataset) -> Iterator[str]:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value or []:
                yield from _identifying(item)
        elif element.VR == "PN" or _is_patient_text(int(element.tag), element.VR):
            yield from texts(element.value)


def _is_patient_text(tag: int, vr: str) -> bool:
    return vr in IDENTIFIERS and (tag >> 16 == PATIENT_GROUP or tag in NUMBERS)


def all_texts(dataset: Dataset) -> Iterator[str]:
    """Every value that is text, at any depth."""
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value or []:
                yield from all_texts(item)
        elif isinstance(element.value, (str, PersonName, MultiValue)):
            yield from texts(element.value)


def names_someone(text: str, names: frozenset[str]) -> bool:
    """Whether any word of the text is one of the identity's."""
    return any(word.lower() in names for word in WORD.findall(text))
