"""What de-identification keeps, moves and states, each as the profile says."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, RLELossless

from imaging.dicom.burned_in import burned_in_risk
from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.errors import DicomRefused
from imaging.dicom.header import read_header
from imaging.dicom.trial import TrialModule
from imaging.dicom.uids import remap_uid
from tests.imaging.dicom.instances import ROOT, instance, part10

KEY = b"0123456789abcdef"
TRIAL = TrialModule(
    sponsor="First Affiliated Hospital",
    protocol_id="NCT04645277",
    protocol_name="MRI-HFS",
    site_id="01",
    site_name="西安交通大学第一附属医院",
    subject_id="01-007",
    time_point_id="baseline",
    series_id="t2_3d",
)
BLINDED = TrialModule(sponsor="Sponsor", protocol_id="NCT04645277", reading_id="R-0042")


def _clean(dataset, *, days=-37, key=KEY, trial=TRIAL, syntax=ExplicitVRLittleEndian):
    data = deidentify(part10(dataset, syntax), keys=DeidKeys(key, days), trial=trial)
    return pydicom.dcmread(io.BytesIO(data))


def test_the_same_input_gives_the_same_bytes():
    source, keys = part10(instance()), DeidKeys(KEY, -37)
    first = deidentify(source, keys=keys, trial=TRIAL)
    assert first == deidentify(source, keys=keys, trial=TRIAL)


def test_dates_move_by_whole_days_and_times_stay():
    dataset = instance()
    dataset.AcquisitionDateTime = "20240301235959.5+0800"
    dataset.InstanceCreationDate = "20230315"
    read = _clean(dataset, days=-37)
    assert read.StudyDate == "20240207"
    assert read.StudyTime == "101500"
    assert read.AcquisitionDateTime == "20240124235959.5+0800"
    assert read.InstanceCreationDate == "20230206"
    assert read.PatientBirthDate == ""
    assert read.LongitudinalTemporalInformationModified == "MODIFIED"


def test_uids_are_new_consistent_and_depend_on_the_key():
    dataset = instance()
    reference = Dataset()
    reference.ReferencedSOPClassUID = dataset.SOPClassUID
    reference.ReferencedSOPInstanceUID = dataset.SOPInstanceUID
    dataset.ReferencedImageSequence = Sequence([reference])
    read = _clean(dataset)
    assert read.SOPClassUID == dataset.SOPClassUID
    assert read.SOPInstanceUID == remap_uid(f"{ROOT}.3.1", KEY)
    assert read.ReferencedImageSequence[0].ReferencedSOPInstanceUID == read.SOPInstanceUID
    assert read.ReferencedImageSequence[0].ReferencedSOPClassUID == dataset.SOPClassUID
    assert _clean(instance(2)).SeriesInstanceUID == read.SeriesInstanceUID
    assert _clean(instance(), key=b"another key's 16").SeriesInstanceUID != read.SeriesInstanceUID


def test_markers_say_what_was_done_and_no_more():
    dataset = instance()
    dataset.BurnedInAnnotation = "NO"
    read = _clean(dataset)
    codes = {item.CodeValue for item in read.DeidentificationMethodCodeSequence}
    assert codes == {"113100", "113105", "113107", "113108"}
    assert read.PatientIdentityRemoved == "YES"
    assert read.RecognizableVisualFeatures == "YES"
    assert "BurnedInAnnotation" not in read
    (equipment,) = read.ContributingEquipmentSequence
    assert equipment.PurposeOfReferenceCodeSequence[0].CodeValue == "109104"


def test_earlier_markers_are_added_to():
    dataset = instance()
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = "113100", "DCM"
    item.CodeMeaning = "Basic Application Confidentiality Profile"
    dataset.DeidentificationMethodCodeSequence = Sequence([item])
    dataset.DeidentificationMethod = "CTP"
    read = _clean(dataset)
    values = [i.CodeValue for i in read.DeidentificationMethodCodeSequence]
    assert values == ["113100", "113105", "113107", "113108"]
    assert read.DeidentificationMethod[0] == "CTP"


def test_the_trial_modules_replace_the_patient():
    read = _clean(instance())
    assert (read.PatientName, read.PatientID) == ("01-007", "01-007")
    assert read.ClinicalTrialSubjectID == "01-007"
    assert read.ClinicalTrialSiteName == "西安交通大学第一附属医院"
    assert read.ClinicalTrialTimePointID == "baseline"
    assert read.ClinicalTrialSeriesID == "t2_3d"
    assert (read.PatientSex, read.PatientAge) == ("F", "043Y")


def test_an_age_over_ninety_is_ninety():
    dataset = instance()
    dataset.PatientAge = "097Y"
    assert _clean(dataset).PatientAge == "090Y"


def test_a_blinded_copy_names_a_reading_and_nothing_else():
    stored = part10(_clean(instance()))
    keys = DeidKeys(b"the reading's key", 1)
    blinded = deidentify(stored, keys=keys, trial=BLINDED)
    read = pydicom.dcmread(io.BytesIO(blinded))
    for trace in (b"01-007", "西安".encode(), b"2024", b"043Y", b"baseline", b"t2_3d"):
        assert trace not in blinded
    assert (read.PatientID, read.ClinicalTrialSubjectReadingID) == ("R-0042", "R-0042")
    assert "ClinicalTrialSubjectID" not in read
    assert read.StudyDate == read.StudyTime == ""
    assert read.LongitudinalTemporalInformationModified == "REMOVED"
    codes = {item.CodeValue for item in read.DeidentificationMethodCodeSequence}
    assert codes == {"113100", "113105"}
    assert read.StudyInstanceUID != pydicom.dcmread(io.BytesIO(stored)).StudyInstanceUID


@pytest.mark.parametrize("syntax", [ExplicitVRBigEndian, RLELossless])
def test_every_encoding_ends_as_the_same_plain_pixels(syntax):
    dataset = instance()
    if syntax == RLELossless:
        part10(dataset)
        dataset.compress(RLELossless)
    else:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    read = _clean(dataset, syntax=syntax)
    assert read.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert read.PixelData == instance().PixelData


def test_kept_text_is_in_one_character_set_whatever_the_source():
    dataset, item = instance(), Dataset()
    dataset.SpecificCharacterSet = item.SpecificCharacterSet = "GB18030"
    dataset.ManufacturerModelName = "联影 uMR 790"
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "69536005", "SCT", "头"
    dataset.AnatomicRegionSequence = Sequence([item])
    read = _clean(dataset)
    assert read.SpecificCharacterSet == "ISO_IR 192"
    assert read.ManufacturerModelName == "联影 uMR 790"
    assert read.AnatomicRegionSequence[0].CodeMeaning == "头"
    assert "SpecificCharacterSet" not in read.AnatomicRegionSequence[0]


def test_geometry_and_physics_stay():
    dataset = instance()
    before, after = read_header(part10(dataset)), read_header(part10(_clean(dataset)))
    for field in (
        "positions_mm",
        "orientation",
        "spacing_mm",
        "slice_thickness_mm",
        "field_strength_t",
        "repetition_time_ms",
        "echo_time_ms",
        "acquisition_type",
        "manufacturer",
        "image_type",
        "acquired_mm",
    ):
        assert getattr(after, field) == getattr(before, field)


@pytest.mark.parametrize(
    ("keyword", "value", "code"),
    [
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.2", "not_mr"),
        ("SamplesPerPixel", 3, "truncated"),
        ("BitsStored", 20, "malformed"),
        ("HighBit", 15, "malformed"),
    ],
)
def test_what_cannot_be_cleaned_is_refused(keyword, value, code):
    dataset = instance()
    setattr(dataset, keyword, value)
    with pytest.raises(DicomRefused) as refused:
        _clean(dataset)
    assert refused.value.code == code


def test_a_word_of_the_name_left_in_a_kept_code_holds_the_file_back(monkeypatch):
    monkeypatch.setattr("imaging.dicom.cleaning.names_someone", lambda text, names: False)
    dataset = instance()
    dataset.SoftwareVersions = "for Xiaoming"
    with pytest.raises(DicomRefused) as refused:
        _clean(dataset)
    assert refused.value.code == "still_named"
    assert "iaoming" not in str(refused.value)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("BurnedInAnnotation", "YES"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"),
        ("ConversionType", "WSD"),
        ("ImageType", ["DERIVED", "SECONDARY", "SCREEN SAVE"]),
    ],
)
def test_pictures_that_may_show_names_wait_for_a_person(keyword, value):
    dataset = instance()
    assert burned_in_risk(read_header(part10(dataset))) is None
    setattr(dataset, keyword, value)
    assert burned_in_risk(read_header(part10(dataset))).endswith(".")


def test_keys_that_would_not_protect_are_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        DeidKeys(b"short", -1)
    with pytest.raises(ValueError, match="0 days"):
        DeidKeys(KEY, 0)
    assert "0123" not in repr(DeidKeys(KEY, -1))
