"""Studies in which there is nothing to compute: each report says so in words, no number is made
up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from reports.catalog.outcomes import in_short, notices, render, sheet_of
from reports.outcomes.records import Row, Surgery
from tests.reports.outcomes.people import document, read, row

# Not naught, and not the reason that there is none.
NUMBER = re.compile(r"[−-]?[\d.]*[1-9]|p ")
NO_SURGERY = Surgery(False)


def estimates(part: Any) -> Iterator[dict[str, Any]]:
    """Every estimate and test of a document."""
    if isinstance(part, dict):
        if "method" in part:
            yield part
        for each in part.values():
            yield from estimates(each)
    elif isinstance(part, list):
        for each in part:
            yield from estimates(each)


def everybody(**more: Any) -> list[Row]:
    return [row(number, **more) for number in range(1, 13)]


CASES: dict[str, tuple[list[Row], str]] = {
    "empty study": ([], "Nobody was screened yet"),
    "nobody enrolled": (
        [row(1, arm="", enrolled=False, reached="screened", reads=(), verdicts=(), surgery=None,
             nerves={}, severity={}, scanned=False, measurement="")],
        "Nobody is enrolled yet",
    ),
    "one arm empty": (
        [row(number, arm="2d") for number in range(1, 9)],
        "Nobody is in the arm 3D reconstruction",
    ),
    "nobody operated": (everybody(surgery=NO_SURGERY), "Nobody was operated"),
    "no finding recorded": (everybody(surgery=None), "Nobody was operated"),
    "all reads indeterminate": (
        [read(each, "yes", "no", differ=True) for each in everybody()],
        "Every read of a side with a reference is indeterminate",
    ),
    "nobody read": (
        [replace(each, reads=(), verdicts=()) for each in everybody()],
        "No side with a reference has a read that counts",
    ),
    "use of the data revoked": (
        [row(1, data_may_stay=False, images_may_stay=False, left="withdrawn"), row(2)],
        "Consent to the use of the data was revoked by 1",
    ),
}  # fmt: skip


@cache
def of(case: str, *, blinded: bool = False) -> dict[str, Any]:
    return document(CASES[case][0], blinded=blinded)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("blinded", [False, True])
def test_it_is_said_in_words(case: str, blinded: bool) -> None:
    said, sentence = notices(of(case, blinded=blinded)), CASES[case][1]
    told = case != "one arm empty" or not blinded
    assert any(each.startswith(sentence) for each in said) == told


@pytest.mark.parametrize("case", CASES)
def test_no_number_is_made_up(case: str) -> None:
    """What is computed from nobody has no value, and every value is a number."""
    found = of(case)
    json.dumps(found, allow_nan=False)
    all_of_them = list(estimates(found))
    assert len(all_of_them) > 50
    for each in all_of_them:
        value = each.get("value", each.get("p"))
        if each["n"] == 0:
            assert value is None
        if value is None:
            assert each["reason"]
            assert each.get("low") is None


@pytest.mark.parametrize("case", CASES)
def test_every_section_can_be_set(case: str) -> None:
    found = of(case)
    sheet = sheet_of(found, lambda cell: f"/{cell}")
    assert all(section.tables or section.sentences for section in sheet.sections)
    assert in_short(found, "zh-hans")


def test_every_number_leads_to_records_that_there_are() -> None:
    """In a study with somebody everywhere; the step of an odds ratio is no number of the study."""
    found = document([row(number) for number in range(1, 25)])
    without = []
    for section in sheet_of(found, lambda cell: cell).sections:
        for table in section.tables:
            for _name, cells in table.lines:
                for cell, column in cells:
                    if cell.url:
                        assert found["records"][cell.url]
                    elif column.num and NUMBER.match(cell.text) and column.label != "Step size":
                        without.append((table.title, column.label, cell.text))
    assert without == []


def accuracy(found: dict[str, Any], key: str = "all") -> dict[str, Any]:
    return next(group for group in found["diagnostic"]["groups"] if group["key"] == key)


def test_nobody_operated_is_no_accuracy() -> None:
    found = accuracy(document(everybody(surgery=NO_SURGERY)))
    assert found["units"]["n"] == 0
    assert {each["value"] for each in estimates(found["estimates"])} == {None}


def test_indeterminate_reads_are_counted_not_dropped() -> None:
    rows = [read(row(1), "yes", "no", differ=True), row(2), row(3)]
    found = accuracy(document(rows))
    assert found["table"]["indeterminate"]["n"] == 2
    assert found["estimates"]["sensitivity"]["of"] == [2, 2]
    assert found["indeterminate_as_wrong"]["sensitivity"]["of"] == [2, 3]


def test_an_empty_arm_is_not_compared() -> None:
    found = document([row(number, arm="2d") for number in range(1, 9)])
    between = found["diagnostic"]["between"]["measures"]
    assert {each["difference"]["value"] for each in between.values()} == {None}
    assert {each["test"]["p"] for each in between.values()} == {None}


def test_nothing_is_computed_from_revoked_data() -> None:
    """They are counted as having left; every other number is as if they had not been there."""
    others = [row(number) for number in range(2, 13)]
    gone = row(1, data_may_stay=False, images_may_stay=False, left="withdrawn")
    with_, without = document([gone, *others]), document(others)
    for name in ("diagnostic", "agreement", "severity", "baseline"):
        assert with_[name] == without[name]
    assert with_["flow"]["entrance"]["revoked"]["n"] == 1
    cells = {cell for cell, records in with_["records"].items()
             if any(record.startswith(gone.number) for record in records)}  # fmt: skip
    assert cells == {
        "flow.screened", "flow.enrolled", "flow.revoked", "flow.all.enrolled", "flow.all.left",
        "flow.all.revoked", "flow.3d.enrolled", "flow.3d.left", "flow.3d.revoked",
        "flow.all.no_surgery_recorded", "flow.3d.no_surgery_recorded",
        *(f"flow.{key}.{step}" for key in ("all", "3d") for step in ("withdrawn", "not_completed")),
        *(c for c in cells if c.startswith("sizes.") and c.endswith(".missing")),
    }  # fmt: skip


def test_images_that_may_not_stay_leave_what_comes_of_no_image() -> None:
    found = document([row(number, images_may_stay=number != 1) for number in range(1, 9)])
    records = found["records"]
    assert "XA-001" not in records["sizes.all.csa_mean_mm2.pairs"]
    assert "XA-001/left" in records["accuracy.all.missing"]
    assert "XA-001" in records["baseline.all"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("case", ["empty study", "nobody operated"])
@pytest.mark.django_db(databases=["default", "vault"])
def test_the_paper_is_set_in_both_languages(case: str, language: str) -> None:
    pdf = render(of(case), language=language)
    assert pdf.content.startswith(b"%PDF")
    assert render(of(case), language=language).content == pdf.content
