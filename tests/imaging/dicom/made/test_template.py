"""The checker of our reports finds what each rule is there for: no tool checks a template."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from imaging.dicom.made import codes as our
from imaging.dicom.made.source import Measured
from imaging.dicom.made.template import FINDING_SITE, METHOD, TRACKING_UID, faults
from tests.imaging.dicom.made.test_made import named, read

pytestmark = pytest.mark.filterwarnings("ignore:The string:UserWarning")


def group_of(dataset: Dataset) -> Dataset:
    """The first measurement group."""
    return dataset.ContentSequence[-1].ContentSequence[0]


def placed(dataset: Dataset, number: int) -> Dataset:
    """A group of places: the courses of both nerves, then the contacts."""
    return dataset.ContentSequence[-1].ContentSequence[2 + number]


def no_centreline(dataset: Dataset) -> None:
    del named(placed(dataset, 0), our.LENGTH.value).ContentSequence


def contact_nowhere(dataset: Dataset) -> None:
    named(placed(dataset, 2), our.VESSEL_GAP.value).ContentSequence[0].GraphicType = "POLYGON"


def no_frame(dataset: Dataset) -> None:
    place = named(placed(dataset, 2), our.VESSEL_GAP.value).ContentSequence[0]
    del place.ReferencedFrameOfReferenceUID


def no_kind(dataset: Dataset) -> None:
    group = placed(dataset, 2)
    group.ContentSequence.remove(named(group, our.VESSEL_KIND.value))


def no_gap(dataset: Dataset) -> None:
    group = placed(dataset, 2)
    group.ContentSequence.remove(named(group, our.VESSEL_GAP.value))


def no_finding_site(dataset: Dataset) -> None:
    group = placed(dataset, 3)
    group.ContentSequence.remove(named(group, FINDING_SITE[0]))


def volume_in_mm2(dataset: Dataset) -> None:
    value = named(group_of(dataset), our.VOLUME.value).MeasuredValueSequence[0]
    value.MeasurementUnitsCodeSequence[0].CodeValue = "mm2"


def without(value: str) -> Callable[[Dataset], None]:
    def take(dataset: Dataset) -> None:
        group = group_of(dataset)
        group.ContentSequence.remove(named(group, value))

    return take


def no_side(dataset: Dataset) -> None:
    del named(group_of(dataset), FINDING_SITE[0]).ContentSequence


def one_uid_twice(dataset: Dataset) -> None:
    first, second = dataset.ContentSequence[-1].ContentSequence[:2]
    named(second, TRACKING_UID[0]).UID = named(first, TRACKING_UID[0]).UID


def undeclared(dataset: Dataset) -> None:
    del dataset.CodingSchemeIdentificationSequence


def negative(dataset: Dataset) -> None:
    named(group_of(dataset), our.AREA.value).MeasuredValueSequence[0].NumericValue = "-1"


def another_template(dataset: Dataset) -> None:
    dataset.ContentTemplateSequence[0].TemplateIdentifier = "1400"


def unknown_number(dataset: Dataset) -> None:
    name = named(group_of(dataset), our.VESSEL_GAP.value).ConceptNameCodeSequence[0]
    name.CodeValue = "MOOD"


SPOILT = [
    (no_centreline, "has not one POLYLINE"),
    (contact_nowhere, "has not one POINT"),
    (no_frame, "no frame of reference"),
    (no_kind, "not one kind of vessel"),
    (no_gap, "a group of places has not one VESSELGAP"),
    (no_finding_site, "a group of places has not one finding site"),
    (volume_in_mm2, "is in mm2, not in mm3"),
    (without(TRACKING_UID[0]), "tracking UID"),
    (without("112039"), "tracking identifier"),
    (without(METHOD[0]), "method"),
    (without("111003"), "version of the algorithm"),
    (without("121191"), "segment"),
    (without(our.LENGTH.value), "0 numbers of"),
    (no_side, "no side"),
    (one_uid_twice, "two groups have one tracking UID"),
    (undeclared, "is not declared"),
    (negative, "less than nothing"),
    (another_template, "template 1500"),
    (unknown_number, "nothing that we measure"),
]


@pytest.mark.parametrize(("spoil", "why"), SPOILT, ids=[why for _, why in SPOILT])
def test_the_checker_finds_what_is_wrong(
    made: tuple[Measured, dict[str, Path]], spoil: Callable[[Dataset], None], why: str
) -> None:
    dataset = deepcopy(read(made[1]["report"]))
    assert faults(dataset) == []
    spoil(dataset)
    assert any(why in fault for fault in faults(dataset))
