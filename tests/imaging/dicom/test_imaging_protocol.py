"""A series is matched to the sequence it is, with each departure in a sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaging.dicom.header import read_header
from imaging.dicom.imaging_protocol import check_series
from imaging.dicom.series_rules import ScannerRule, SeriesRule
from tests.imaging.dicom.instances import instance, part10

T2 = SeriesRule(
    key="t2_3d",
    title="3D T2 cisternography",
    patterns=("ciss", "fiesta", "t2"),
    excludes=("flair",),
    acquisition="3D",
    max_slice_mm=0.8,
    max_pixel_mm=0.8,
    field_strength_t=(1.5, 3.0),
    repetition_ms=(4, 4000),
    echo_ms=(1, 300),
    min_slices=3,
    measurable=True,
)
TOF = SeriesRule(key="tof", title="TOF angiography", patterns=("tof",), max_slice_mm=1.2)
RULES = (TOF, T2)


def _headers(count=4, step_mm=0.5, without=(), **values):
    headers = []
    for number in range(count):
        dataset = instance(number, step_mm=step_mm)
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
        for keyword in without:
            delattr(dataset, keyword)
        headers.append(read_header(part10(dataset)))
    return headers


def test_a_series_by_the_protocol_has_no_deviation():
    finding = check_series(_headers(), RULES)
    assert (finding.key, finding.deviations, finding.refusal) == ("t2_3d", (), None)
    assert finding.measurable


@pytest.mark.parametrize(
    ("changes", "code", "measurable"),
    [
        ({"step_mm": 2.5}, "thick_slices", False),
        ({"PixelSpacing": [0.9, 0.9]}, "large_pixels", False),
        ({"MRAcquisitionType": "2D"}, "acquisition", False),
        ({"without": ("MRAcquisitionType",)}, "acquisition", True),
        ({"MagneticFieldStrength": "0.5"}, "field_strength", True),
        ({"without": ("MagneticFieldStrength",)}, "field_strength", True),
        ({"RepetitionTime": "9000"}, "repetition_time", True),
        ({"EchoTime": "900"}, "echo_time", True),
        ({"count": 2}, "few_slices", True),
    ],
)
def test_each_departure_is_a_deviation_and_some_rule_measurement_out(changes, code, measurable):
    finding = check_series(_headers(**changes), RULES)
    assert finding.key == "t2_3d"
    assert [d.code for d in finding.deviations] == [code]
    assert finding.deviations[0].sentence.endswith(".")
    assert finding.measurable is measurable


def test_a_missing_slice_is_a_deviation_that_blocks():
    headers = _headers(5)
    finding = check_series([*headers[:2], *headers[3:]], RULES)
    assert [d.code for d in finding.deviations] == ["missing_slices"]
    assert not finding.measurable


def test_coverage_of_both_sides_is_asked_for():
    rule = SeriesRule(key="t2_3d", title="T2", patterns=("t2",), min_coverage_mm=(60, 60, 1))
    (deviation,) = check_series(_headers(), [rule]).deviations
    assert deviation.code == "small_coverage"
    assert "60 x 60 x 1 mm" in deviation.sentence


@pytest.mark.parametrize("turned", [(1, 0, 0, 0, 1, 0), (0, 1, 0, 0, 0, -1)])
def test_both_sides_are_to_be_in_the_scan_whichever_way_it_lies(turned):
    normal = np.cross(turned[:3], turned[3:])
    headers = [
        replace(header, orientation=turned, positions_mm=(tuple(0.5 * n * normal),))
        for n, header in enumerate(_headers())
    ]
    across = headers[0].spacing_mm[0] * headers[0].columns if turned[0] else 0.5 * len(headers)
    for least, codes in ((across, []), (across + 0.1, ["one_sided"])):
        finding = check_series(headers, [replace(T2, min_across_mm=least)])
        assert [d.code for d in finding.deviations] == codes


@pytest.mark.parametrize(
    ("most", "thickness", "codes"),
    [(0.0, 0.5, []), (0.0, 1.0, []), (0.0, 0.4, ["slice_gap"]), (0.2, 0.4, [])],
)
def test_what_lies_between_slices_unseen_is_a_gap(most, thickness, codes):
    rule = replace(T2, max_gap_mm=most)
    finding = check_series(_headers(SliceThickness=thickness), [rule])
    assert [d.code for d in finding.deviations] == codes
    assert finding.measurable is not codes


def test_a_picture_filled_up_finer_than_it_was_acquired_is_a_deviation():
    headers = _headers()
    coarse = [replace(header, acquired_mm=(1.0, 0.7)) for header in headers]
    rule = replace(T2, max_acquired_mm=0.9)
    assert check_series(headers, [rule]).deviations == ()
    (deviation,) = check_series(coarse, [rule]).deviations
    assert (deviation.code, deviation.blocks_measurement) == ("coarse_acquisition", False)


@pytest.mark.parametrize(
    ("model", "codes"), [("Terra", ["field_strength"]), ("Prisma", []), ("", [])]
)
def test_a_scanner_may_have_limits_of_its_own(model, codes):
    seventh = ScannerRule("7t|terra", field_strength_t=(6.9, 7.1))
    rule = replace(T2, scanners=(seventh,))
    finding = check_series(_headers(ManufacturerModelName=model), [rule])
    assert [d.code for d in finding.deviations] == codes
    assert rule.on("SIEMENS", "Terra").max_slice_mm == T2.max_slice_mm


def test_of_two_rules_the_one_departed_from_least_is_taken():
    thick = SeriesRule(key="t2_2d", title="2D T2", patterns=("t2",), acquisition="2D")
    assert check_series(_headers(), [thick, T2]).key == "t2_3d"
    assert check_series(_headers(MRAcquisitionType="2D"), [thick, T2]).key == "t2_2d"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "not_mr"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.2"}, "not_mr"),
        ({"SeriesDescription": "localizer"}, "localiser"),
        ({"ImageType": ["DERIVED", "SECONDARY", "MIP"]}, "reformatted"),
        ({"BurnedInAnnotation": "YES"}, "burned_in"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "burned_in"),
        ({"SeriesDescription": "t2 flair", "ProtocolName": "t2 flair"}, "unknown_sequence"),
        ({"without": ("ImagePositionPatient",)}, "no_geometry"),
    ],
)
def test_what_is_no_scan_of_the_trial_waits_with_one_sentence(changes, code):
    finding = check_series(_headers(**changes), RULES)
    assert finding.key is None
    assert not finding.measurable
    assert finding.refusal is not None
    assert finding.refusal.code == code
    assert finding.refusal.sentence.endswith(".")


@pytest.mark.parametrize(
    ("description", "told"),
    [("ZHANG SAN sag flair", '"sag flair" is none'), ("Zhang San", "Series 3 is none")],
)
def test_a_refusal_repeats_no_name_from_a_description(description, told):
    values = {"SeriesDescription": description, "ProtocolName": "", "SeriesNumber": 3}
    finding = check_series(_headers(**values), RULES)
    assert finding.refusal.sentence.startswith(told)


def test_an_image_derived_elsewhere_is_not_taken_for_a_secondary_capture():
    finding = check_series(_headers(ImageType=["DERIVED", "SECONDARY"]), RULES)
    assert finding.refusal is None


def test_nothing_is_refused():
    assert check_series([], RULES).refusal.code == "empty"
