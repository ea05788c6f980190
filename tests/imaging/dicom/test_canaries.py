"""No identifier survives de-identification: every row of the table, and the traps beside it."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.dicom import profile
from imaging.dicom.confidentiality import rows
from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.plain_pixels import plain_pixels
from imaging.dicom.trial import TrialModule
from tests.imaging.dicom.canaries import (
    PLANTED_DATE,
    PLANTED_NUMBER,
    PLANTED_UID,
    all_values,
    plant_table,
    planted,
    table_tags,
    word,
)
from tests.imaging.dicom.instances import instance, part10

KEYS = DeidKeys(b"0123456789abcdef", -37)
TRIAL = TrialModule(sponsor="Sponsor", protocol_id="NCT04645277", site_id="01", subject_id="01-007")
BLINDED = TrialModule(sponsor="Sponsor", protocol_id="NCT04645277", reading_id="R-0001")


@pytest.fixture(autouse=True)
def _planting_is_allowed(monkeypatch):
    """pydicom warns of values that break their representation; here they do so on purpose."""
    monkeypatch.setattr(pydicom.config.settings, "reading_validation_mode", pydicom.config.IGNORE)


def _clean(data, trial=TRIAL):
    cleaned = deidentify(data, keys=KEYS, trial=trial)
    return cleaned, pydicom.dcmread(io.BytesIO(cleaned))


def _survivors(cleaned: bytes) -> list[str]:
    lowered = cleaned.lower()
    traces = ("canary", PLANTED_DATE, PLANTED_UID, str(PLANTED_NUMBER), "077y", "nested")
    return [trace for trace in traces if trace.encode() in lowered]


@pytest.mark.parametrize("trial", [TRIAL, BLINDED], ids=["study copy", "blinded copy"])
def test_no_row_of_the_table_survives(trial):
    dataset = instance()
    count = plant_table(dataset)
    dataset.PatientAge = "043Y"  # kept by option; every other characteristic is a canary
    for keyword in ("PatientWeight", "PatientSize"):
        setattr(dataset, keyword, "60")
    assert count > 620
    cleaned, read = _clean(part10(dataset), trial)
    assert _survivors(cleaned) == []
    numbers = [tag for tag, value in all_values(read) if value == PLANTED_NUMBER]
    assert numbers in ([], [pydicom.tag.Tag("PregnancyStatus")])


@pytest.mark.parametrize("place", ["ReferencedImageSequence", "RealWorldValueMappingSequence"])
def test_no_row_survives_inside_a_sequence(place):
    item = Dataset()
    plant_table(item)
    item.PatientAge = "043Y"
    item.PatientWeight = item.PatientSize = "60"
    dataset = instance()
    dataset.add_new(place, "SQ", Sequence([item]))
    cleaned, _ = _clean(part10(dataset))
    assert _survivors(cleaned) == []


def test_the_table_is_whole():
    # the standard's 2026c edition; a smaller table would plant, and test, less
    assert len(table_tags()) >= 640
    assert {0x00100010, 0x00100020, 0x00080080, 0x00081010, 0x00080090} <= set(rows())


def _private(dataset):
    block = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x10, "OB", word(1).encode() * 3)
    dataset.private_block(0x0031, word(2), create=True).add_new(0x01, "LO", word(3))


def _safe_private_with_text(dataset):
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0B, "LO", word(1))
    block.add_new(0x18, "IS", "5000")


def _private_numbers(dataset):
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0B, "DS", "176820")
    block.add_new(0x16, "DS", str(PLANTED_NUMBER))
    dataset.private_block(0x0021, word(1), create=True).add_new(0x0B, "IS", str(PLANTED_NUMBER))


def _overlay(dataset):
    dataset.add_new(0x60000022, "LO", word(1))
    dataset.add_new(0x60004000, "LT", word(2))
    dataset.add_new(0x60003000, "OW", word(3).encode() * 2)
    dataset.add_new(0x601E1500, "LO", word(4))


def _curve(dataset):
    dataset.add_new(0x50000022, "LO", word(1))
    dataset.add_new(0x50023000, "OW", word(2).encode() * 2)


def _nested_person(dataset):
    item, inner = Dataset(), Dataset()
    inner.add_new("PatientName", "PN", word(1))
    inner.add_new(0x00091001, "UN", word(2).encode())
    item.AnatomicRegionModifierSequence = Sequence([inner])
    dataset.AnatomicRegionSequence = Sequence([item])


def _unknown(dataset):
    dataset.add_new(0x00081234, "UN", word(1).encode() + b" ")
    dataset.add_new(0x00189999, "LO", word(2))


def _padding(dataset):
    dataset.add_new(0xFFFCFFFC, "OB", word(1).encode() * 4)


def _behind_the_picture(dataset):
    dataset.PixelData = dataset.PixelData + word(1).encode() * 2


def _thumbnail(dataset):
    icon = Dataset()
    icon.Rows = icon.Columns = 4
    icon.add_new(0x7FE00010, "OW", word(1).encode() * 2)
    dataset.IconImageSequence = Sequence([icon])


def _text_outside_the_table(dataset):
    dataset.PositionReferenceIndicator = word(1)
    dataset.DeviceDescription = word(2)
    dataset.add_new("QualityControlImage", "CS", "Canary lower")
    dataset.add_new("DigitalSignatureDateTime", "DT", word(3))


def _descriptions(dataset):
    dataset.StudyDescription = f"{word(1)} head"
    dataset.SeriesDescription = f"t2_{word(2)}_ciss"
    dataset.ProtocolName = word(3)


def _wrong_representation(dataset):
    dataset.add_new("FrameOfReferenceUID", "LO", word(1))
    dataset.add_new("StudyDate", "LT", word(2))
    dataset.add_new("PatientSex", "LO", word(3))
    dataset.add_new("PatientWeight", "LT", word(4))
    dataset.add_new("Rows", "US", 6)


def _dates_with_text(dataset):
    dataset.AcquisitionDateTime = word(1)
    dataset.SeriesDate = f"2024{word(2)}"
    dataset.SeriesTime = word(3)
    dataset.ContentDate = PLANTED_DATE


def _uid_with_text(dataset):
    dataset.SynchronizationFrameOfReferenceUID = f"1.2.840.10008.{word(1)}"


TRAPS = {
    "private elements": _private,
    "text in a private element known as a number": _safe_private_with_text,
    "numbers in other private elements": _private_numbers,
    "overlays": _overlay,
    "curves": _curve,
    "a person's name two sequences deep": _nested_person,
    "unknown elements": _unknown,
    "padding behind the data": _padding,
    "bytes behind the picture": _behind_the_picture,
    "a thumbnail": _thumbnail,
    "text that the table does not list": _text_outside_the_table,
    "descriptions": _descriptions,
    "text in elements of other kinds": _wrong_representation,
    "text for dates": _dates_with_text,
    "text in a UID": _uid_with_text,
}


@pytest.mark.parametrize("trap", TRAPS)
def test_no_trap_lets_an_identifier_through(trap):
    dataset = instance()
    TRAPS[trap](dataset)
    source = part10(dataset)
    assert b"canary" in source.lower() or PLANTED_DATE.encode() in source
    cleaned, _ = _clean(source)
    assert _survivors(cleaned) == []


def test_preamble_and_file_header_are_our_own():
    source = part10(
        instance(),
        preamble=(b"MZ" + word(1).encode() * 20)[:128],
        SourceApplicationEntityTitle=word(2),
        ImplementationVersionName=word(3),
    )
    cleaned, read = _clean(source)
    assert _survivors(cleaned) == []
    assert cleaned[:128] == b"\0" * 128
    assert read.file_meta.MediaStorageSOPInstanceUID == read.SOPInstanceUID


def test_an_overlay_in_the_unused_bits_of_the_pixels_goes_and_the_picture_stays():
    dataset = instance()
    picture = np.frombuffer(dataset.PixelData, "<u2")
    dataset.PixelData = (picture | 0xF000).astype("<u2").tobytes()
    _, read = _clean(part10(dataset))
    assert np.array_equal(np.frombuffer(read.PixelData, "<u2"), picture)


def test_nothing_is_left_of_overlays_curves_and_unknown_elements():
    dataset = instance()
    for plant in (_overlay, _curve, _unknown, _private, _padding):
        plant(dataset)
    _, read = _clean(part10(dataset))
    before = {int(element.tag) for element in instance()}
    added = [t for t in before.symmetric_difference(int(e.tag) for e in read) if t not in before]
    assert {tag >> 16 for tag in added} == {0x0012, 0x0018, 0x0028}


def test_a_thumbnail_goes_whole():
    dataset = instance()
    _thumbnail(dataset)
    _, read = _clean(part10(dataset))
    assert "IconImageSequence" not in read


@pytest.mark.parametrize(("signed", "expected"), [(0, [0x0FFF, 5]), (1, [-1, 5])])
def test_what_a_decoder_leaves_in_unused_bits_goes(monkeypatch, signed, expected):
    left = np.array([[0xFFFF, 0xA005]], dtype="<u2")
    monkeypatch.setattr("imaging.dicom.plain_pixels.stored_pixels", lambda dataset: left)
    dataset = instance()
    dataset.PixelRepresentation = signed
    plain = plain_pixels(dataset, "x.dcm")
    assert np.frombuffer(plain, "<i2" if signed else "<u2").tolist() == expected


def test_signed_pixels_keep_their_sign():
    dataset = instance()
    dataset.PixelRepresentation = 1
    picture = np.arange(-24, 24, dtype="<i2")
    dataset.PixelData = (picture & 0x0FFF).astype("<i2").tobytes()
    _, read = _clean(part10(dataset))
    assert np.array_equal(np.frombuffer(read.PixelData, "<i2"), picture)


def test_the_patients_name_elsewhere_goes_too():
    dataset = instance()
    dataset.SoftwareVersions = ["syngo", "for Wang Xiaoming"]
    dataset.ManufacturerModelName = "Xiaoming's scanner"
    dataset.BodyPartExamined = "XIAOMING"
    cleaned, read = _clean(part10(dataset))
    assert b"xiaoming" not in cleaned.lower()
    assert b"HN0042137" not in cleaned
    assert read.SoftwareVersions == "syngo"
    assert read.StudyDescription == "head MRI"
    assert read.SeriesDescription == "t2 ciss3d tra 0.4mm"


def test_a_safe_private_number_stays_with_its_creator_and_is_declared():
    dataset = instance()
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0B, "DS", "176820")
    _, read = _clean(part10(dataset))
    assert read.private_block(0x0019, "SIEMENS MR HEADER")[0x0B].value == 176820
    codes = [item.CodeValue for item in read.DeidentificationMethodCodeSequence]
    assert profile.SAFE_PRIVATE[0] in codes


def test_text_in_a_number_goes():
    dataset = instance()
    dataset.add_new("TriggerTime", "DS", "11111111111")
    source = part10(dataset).replace(b"11111111111", word(4).encode())
    cleaned, _ = _clean(source)
    assert _survivors(cleaned) == []


def test_a_planted_element_can_be_seen_to_survive():
    """The search finds what is left: the table's own element, written but not cleaned."""
    dataset = instance()
    dataset.add(planted(0x00104000, 1))
    assert _survivors(part10(dataset)) == ["canary"]
