"""Bodies of many parts, and searches, without a site."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.dicom.errors import DicomRefused
from imaging.dicom.network.messages import file_header
from imaging.dicom.part10 import Named, named
from imaging.dicom.web import search
from imaging.dicom.web.multipart import Parts, boundary_of, written

KIND = 'multipart/related; type="application/dicom"; boundary='


class Drip:
    """A body of which few bytes come at a time."""

    def __init__(self, content: bytes, step: int) -> None:
        self.content, self.step = io.BytesIO(content), step

    def read(self, size: int, /) -> bytes:
        return self.content.read(min(size, self.step))


def whole(part: object) -> Iterator[bytes]:
    while piece := part.read():  # type: ignore[attr-defined]
        yield piece


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 200))
def test_what_is_written_is_read(contents: list[bytes], step: int) -> None:
    boundary = b"a-boundary-that-no-content-has"
    body = b"".join(written(contents, boundary=boundary, media_type="application/dicom"))
    parts = Parts(Drip(body, step), boundary, most_parts=9)
    assert [b"".join(whole(part)) for part in parts] == contents


BODY = b"--b\r\nContent-Type: application/dicom\r\n\r\nDICM\r\n--b--\r\n"
BROKEN = {
    "nothing": b"",
    "no boundary": b"x" * 20000,
    "no end": BODY[:-8],
    "a head without end": b"--b\r\n" + b"X: y\r\n" * 4000,
    "a boundary that goes on": b"--bbb\r\n\r\nDICM\r\n--b--",
    "a head cut off": b"--b\r\nContent-Type: app",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_body_is_refused(body: bytes) -> None:
    parts = Parts(io.BytesIO(body), b"b", most_parts=2)
    with pytest.raises(DicomRefused):
        [list(whole(part)) for part in parts]


def test_one_part_more_than_may_be_is_refused() -> None:
    body = b"".join(written([b"x"] * 3, boundary=b"b", media_type="a/b"))
    with pytest.raises(DicomRefused, match="more than 2 files"):
        list(Parts(io.BytesIO(body), b"b", most_parts=2))


@pytest.mark.parametrize(
    "kind", ["", "application/dicom", KIND, KIND + "x" * 71, "multipart/mixed"]
)
def test_a_type_without_a_boundary_is_refused(kind: str) -> None:
    with pytest.raises(DicomRefused):
        boundary_of(kind)


def test_a_quoted_boundary_is_found() -> None:
    assert boundary_of(KIND + '"a b"') == b"a b"


OBJECT = {
    "00100010": {"vr": "PN", "Value": [{"Alphabetic": "XA-001"}]},
    "00080020": {"vr": "DA", "Value": ["20260309"]},
    "0020000D": {"vr": "UI", "Value": ["1.2.3"]},
    "00080061": {"vr": "CS", "Value": ["MR", "SEG"]},
    "00200011": {"vr": "IS", "Value": [3]},
    "0008103E": {"vr": "LO"},
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True),
        ({"PatientName": "xa-*"}, True),
        ({"PatientName": "xb-*"}, False),
        ({"StudyDate": "20260101-"}, True),
        ({"StudyDate": "-20260101"}, False),
        ({"StudyDate": "20260309"}, True),
        ({"00080020": "20260308-20260310"}, True),
        ({"StudyInstanceUID": "9.9,1.2.3"}, True),
        ({"StudyInstanceUID": "1.2"}, False),
        ({"StudyInstanceUID": "1.2*"}, False),
        ({"ModalitiesInStudy": "SEG"}, True),
        ({"ModalitiesInStudy": "[MS]*"}, False),
        ({"SeriesNumber": "3"}, True),
        ({"SeriesNumber": "4"}, False),
        ({"SeriesDescription": "ciss"}, False),
        ({"SeriesDescription": ""}, True),
        ({"limit": "3", "PatientName": "XA-00?"}, True),
    ],
)
def test_matching_is_the_standard_s(query: dict[str, str], found: bool) -> None:
    assert search.matches(OBJECT, search.filters_of(query.items())) is found


def test_an_unknown_attribute_is_refused() -> None:
    with pytest.raises(DicomRefused):
        search.filters_of([("Nonsense", "1")])


def test_an_answer_tells_what_is_asked_for() -> None:
    assert "00200011" not in search.shown(OBJECT, "study", [])
    assert "00200011" in search.shown(OBJECT, "study", ["SeriesNumber"])
    assert search.shown(OBJECT, "study", ["all"]) == OBJECT


def test_a_file_is_named_by_its_own_header() -> None:
    head = file_header("1.2.840.10008.5.1.4.1.1.4", "1.2.3", "1.2.840.10008.1.2.1", ("1.2", "AA"))
    assert named(head + b"rest") == Named("1.2.840.10008.5.1.4.1.1.4", "1.2.3")


@given(st.binary(max_size=400))
def test_any_bytes_have_a_name_or_none(content: bytes) -> None:
    found = named(bytes(128) + b"DICM" + content)
    assert found is None or len(found.sop_instance) <= 64
    assert named(content) is None
