"""One object has one digest of its content, however it is written; another object has another."""

from __future__ import annotations

import copy
import io

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from imaging.dicom.header import read_header
from tests.imaging.dicom.instances import instance, part10


def whole() -> Dataset:
    dataset = instance()
    item = Dataset()
    item.CodeValue, item.CodeMeaning = "T-A0100", "Brain"
    dataset.AnatomicRegionSequence = Sequence([item])
    dataset.EchoNumbers = 1
    dataset.add_new(0x00091010, "LO", "PRIVATE")
    return dataset


def digest(content: bytes) -> str:
    return read_header(content).content_sha256


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian]
)
def test_the_way_it_is_written_does_not_count(syntax: str) -> None:
    assert digest(part10(whole(), syntax)) == digest(part10(whole(), ExplicitVRLittleEndian))


def test_nor_do_the_bytes_order() -> None:
    little = whole()
    big = copy.deepcopy(little)
    big["PixelData"].VR = little["PixelData"].VR = "OW"
    big.PixelData = b"".join(
        bytes(reversed(little.PixelData[i : i + 2])) for i in range(0, len(little.PixelData), 2)
    )
    assert digest(part10(big, ExplicitVRBigEndian)) == digest(part10(little))


def test_nor_do_group_lengths_padding_and_undefined_lengths() -> None:
    dataset = whole()
    plain = digest(part10(dataset))
    dataset["AnatomicRegionSequence"].is_undefined_length = True
    dataset.add_new(0xFFFCFFFC, "OB", b"\0" * 100)
    assert digest(part10(dataset)) == plain


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("ImageComments", "again"),
        ("PatientName", "Li^Si"),
        ("EchoNumbers", 2),
        ("InstanceNumber", "2"),
        ("PixelData", bytes(96)),
    ],
)
def test_what_it_says_does(keyword: str, value: object) -> None:
    changed = whole()
    setattr(changed, keyword, value)
    assert digest(part10(changed)) != digest(part10(whole()))


def test_what_an_item_says_does_too() -> None:
    changed = whole()
    changed.AnatomicRegionSequence[0].CodeMeaning = "Head"
    assert digest(part10(changed)) != digest(part10(whole()))


def test_a_header_read_back_is_the_same() -> None:
    content = part10(whole())
    assert pydicom.dcmread(io.BytesIO(content)).PatientID == read_header(content).patient_id
