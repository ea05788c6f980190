"""The conformance statement says what the code does."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest

from imaging.dicom.conformance import statement
from imaging.dicom.conformance_text import as_markdown
from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.trial import TrialModule
from tests.imaging.dicom.canaries import planted
from tests.imaging.dicom.instances import instance, part10

TRIAL = TrialModule(sponsor="Sponsor", protocol_id="NCT04645277", subject_id="01-007")
ROWS = [row for row in statement() if row.keyword and row.tag[1:5] not in ("0012", "0000", "0002")]
# written by us after cleaning, or needed to be an image
OURS = ("PatientName", "PatientID", "PatientBirthDate", "ContributingEquipmentSequence")


def test_each_row_of_the_table_is_stated_once():
    tags = [row.tag for row in statement()]
    assert len(tags) == len(set(tags)) > 640
    assert "(50xx,xxxx)" in tags


@pytest.fixture(scope="module")
def cleaned():
    """One image with every row planted, and what de-identification makes of it."""
    mode = pydicom.config.settings.reading_validation_mode
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    source = instance()
    for number, row in enumerate(ROWS):
        if row.keyword not in source:
            source.add(planted(int(row.tag[1:5] + row.tag[6:10], 16), number))
    keys = DeidKeys(b"0123456789abcdef", -37)
    data = deidentify(part10(source), keys=keys, trial=TRIAL)
    made = pydicom.dcmread(io.BytesIO(data))
    pydicom.config.settings.reading_validation_mode = mode
    return source, made


def test_what_is_stated_is_what_is_done(cleaned):
    source, made = cleaned
    wrong = [
        (row.keyword, row.done)
        for row in ROWS
        if row.keyword not in OURS and not _is_done(row, source[row.keyword], made)
    ]
    assert wrong == []


def _is_done(row, before, made) -> bool:
    after = made.get(row.keyword)
    if row.done == "removed":
        return row.keyword not in made
    if row.done == "emptied":
        return row.keyword in made and not after
    if row.done.startswith("moved"):
        return bool(after) and after != before.value
    if row.done.startswith("kept (113107)"):
        return after == before.value
    if row.done.startswith("replaced by a keyed UID"):
        return str(after).startswith("2.25.")
    if row.done.startswith("replaced by a dummy"):
        return row.keyword not in made or after != before.value
    return True


def test_the_document_is_what_the_code_says():
    document = Path(__file__).parents[3] / "docs" / "dicom-conformance.md"
    assert document.read_text(encoding="utf-8") == as_markdown()
