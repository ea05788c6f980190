"""The outcomes from rows whose answers are known by hand."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from reports.outcomes.filters import Filters, filters_from
from reports.outcomes.records import Read, Surgery, Verdict, data_sha256, masked
from tests.reports.outcomes.people import DESIGN, document, read, row

MANY = [row(number) for number in range(1, 41)]


def group(found: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in found["diagnostic"]["groups"] if each["key"] == key)


def test_the_table_of_four_is_counted_by_side() -> None:
    rows = [
        row(1),
        read(row(2), "no", "yes"),
        row(3, surgery=Surgery(True, "left", "no")),
        row(4, surgery=None),
    ]
    table = {name: each["n"] for name, each in group(document(rows), "all")["table"].items()}
    assert table == {
        "true_positive": 1, "false_positive": 2, "false_negative": 1, "true_negative": 2,
        "indeterminate": 0, "missing": 0,
    }  # fmt: skip


def test_without_controls_the_operated_sides_alone_count() -> None:
    rows = [row(1), row(2)]
    whole = group(document(rows), "all")
    assert (whole["operated"]["n"], whole["controls"]["n"]) == (2, 2)
    assert DESIGN.controls == "unaffected_side"


def test_a_side_that_is_neither_operated_nor_asymptomatic_has_no_reference() -> None:
    """The surgeon went in on the other side: the affected one is no control."""
    found = group(document([row(1, surgery=Surgery(True, "right", "yes", "vein", "cp"))]), "all")
    assert found["units"]["n"] == 1
    assert found["controls"]["n"] == 0


def test_each_arm_has_its_own_numbers_and_they_add_up() -> None:
    found = document(MANY)
    units = {each["key"]: each["units"]["n"] for each in found["diagnostic"]["groups"]}
    assert units["2d"] + units["3d"] == units["all"] == 80


def test_vessels_and_segments_are_those_of_surgery() -> None:
    vein = Surgery(True, "left", "yes", "vein", "cp")
    rows = [row(1), row(2, surgery=vein), read(row(4, surgery=vein), "no", "no")]
    found = group(document(rows), "all")
    assert [(each["value"], each["sensitivity"]["of"]) for each in found["vessels"]] == [
        ("artery", [1, 1]),
        ("vein", [1, 2]),
    ]
    assert [each["value"] for each in found["segments"]] == ["cp", "rdp"]


def test_the_same_cases_in_both_techniques_are_paired() -> None:
    """2D finds what 3D finds, and misses 6 more: exact McNemar on 6 against 0."""
    rows = []
    for number in range(1, 13):
        one, other = {"left": "yes", "right": "no"}, {"left": "yes", "right": "no"}
        if number <= 6:
            other = {"left": "no", "right": "no"}
        rows.append(
            replace(
                row(number, arm="3d"),
                verdicts=(Verdict("cpr+mrve", one), Verdict("mpr", other)),
                reads=(Read("a", "cpr+mrve", one), Read("a", "mpr", other)),
            )
        )
    paired = document(rows)["diagnostic"]["paired"]["measures"]
    assert paired["sensitivity"]["test"]["p"] == pytest.approx(2 * 0.5**6)
    assert paired["sensitivity"]["difference"]["value"] == pytest.approx(0.5)
    assert paired["specificity"]["test"]["p"] == 1.0


def test_readers_who_differ_are_found_in_the_agreement() -> None:
    rows = [*MANY[:20], *(read(each, "yes", "no", differ=True) for each in MANY[20:30])]
    found = document(rows)["agreement"]["readers"][0]
    assert (found["agree"]["n"], found["differ"]["n"]) == (50, 10)
    assert 0 < found["cohen_kappa"]["value"] < 1


def test_repeated_measurements_agree_as_they_do() -> None:
    def twice(number: int) -> Any:
        first = {"csa_mean_mm2": 1.0 + number / 10, "volume_mm3": 15.0}
        return row(number, repeats={"left": (first, first | {"csa_mean_mm2": 1.1 + number / 10})})

    found = document([twice(number) for number in range(1, 9)])["agreement"]["measurements"]
    mean = next(each for each in found if each["measure"] == "csa_mean_mm2")
    assert mean["nerves"]["n"] == 8
    assert mean["bias"]["value"] == pytest.approx(-0.1)


def test_the_order_of_the_rows_changes_nothing() -> None:
    shuffled = MANY.copy()
    random.Random(1).shuffle(shuffled)
    assert document(shuffled) == document(MANY)
    assert data_sha256(shuffled) == data_sha256(MANY)
    assert data_sha256(MANY[1:]) != data_sha256(MANY)


def test_withheld_arms_cannot_be_told_from_any_number() -> None:
    """Two worlds: the arms swapped give the same document, to the last digit."""
    other = {"2d": "3d", "3d": "2d"}
    techniques = dict(DESIGN.arms)
    swapped = [
        read(replace(each, arm=other[each.arm], technique=techniques[other[each.arm]]), "yes", "no")
        for each in MANY
    ]
    assert document(swapped, blinded=True) == document(MANY, blinded=True)
    assert document(swapped) != document(MANY)
    text = json.dumps(document(MANY, blinded=True)["records"])
    assert "2d" not in text
    assert masked(MANY[0]).technique == ""


@pytest.mark.parametrize("chosen", [{"arm": "2d"}, {"technique": "mpr"}])
def test_a_filter_that_tells_withheld_arms_is_refused(
    chosen: dict[str, str],
) -> None:
    with pytest.raises(ValueError, match="withheld"):
        document(MANY, blinded=True, filters=Filters(**chosen))


def test_filters_keep_those_they_name() -> None:
    found = document(MANY, filters=Filters(sex="male", arm="3d"))
    assert found["flow"]["entrance"]["screened"]["n"] == 20
    assert found["groups"] == ["all", "3d"]
    left_out = [row(1, left_out=True), row(2)]
    assert document(left_out)["flow"]["entrance"]["screened"]["n"] == 1
    every = document(left_out, filters=Filters(population="all"))
    assert every["flow"]["entrance"]["screened"]["n"] == 2


@pytest.mark.parametrize(
    "given", [{"colour": "red"}, {"population": "some"}, {"screened_from": "soon"}]
)
def test_what_is_no_filter_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        filters_from(given)
