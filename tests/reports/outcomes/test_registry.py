"""The outcomes in the shape of ClinicalTrials.gov's results section."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from reports.catalog.registry_results import results, sheet_of
from tests.reports.outcomes.people import document, read, row

MANY = [row(number) for number in range(1, 21)]


def section(rows: list[Any] = MANY, **more: Any) -> dict[str, Any]:
    return results(document(rows, **more))["resultsSection"]


def group_ids(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "groupId" in part:
            yield part["groupId"]
        for each in part.values():
            yield from group_ids(each)
    elif isinstance(part, list):
        for each in part:
            yield from group_ids(each)


def test_the_three_modules_count_each_arm() -> None:
    found = section()
    flow = found["participantFlowModule"]
    started = flow["periods"][0]["milestones"][0]
    assert started["type"] == "STARTED"
    assert [each["numSubjects"] for each in started["achievements"]] == ["10", "10"]
    assert [group["id"] for group in flow["groups"]] == ["FG000", "FG001"]
    baseline = found["baselineCharacteristicsModule"]
    assert [each["value"] for each in baseline["denoms"][0]["counts"]] == ["10", "10", "20"]
    measures = found["outcomeMeasuresModule"]["outcomeMeasures"]
    assert [each["type"] for each in measures[:3]] == ["PRIMARY", "PRIMARY", "SECONDARY"]
    assert measures[0]["analyses"][0]["statisticalMethod"] == "Fisher Exact"


def test_started_is_completed_and_not_completed() -> None:
    gone = [row(21, left="withdrawn"), row(22, reached="scanned")]
    period = section([*MANY, *gone])["participantFlowModule"]["periods"][0]
    counts = {
        each["type"]: sum(int(one["numSubjects"]) for one in each["achievements"])
        for each in period["milestones"]
    }
    assert counts == {"STARTED": 22, "COMPLETED": 20, "NOT COMPLETED": 2}
    reasons = sum(int(one["numSubjects"]) for r in period["dropWithdraws"] for one in r["reasons"])
    assert reasons == 2


@pytest.mark.parametrize("blinded", [False, True])
@pytest.mark.parametrize("rows", [[], MANY])
def test_every_group_that_is_named_is_there(rows: list[Any], blinded: bool) -> None:
    found = section(rows, blinded=blinded)
    json.dumps(found, allow_nan=False)
    for module in (found["participantFlowModule"], found["baselineCharacteristicsModule"],
                   *found["outcomeMeasuresModule"]["outcomeMeasures"]):  # fmt: skip
        known = {group["id"] for group in module["groups"]}
        assert set(group_ids(module)) <= known
    assert sheet_of(document(rows, blinded=blinded)).sections


def test_what_cannot_be_computed_is_not_available() -> None:
    measures = section([])["outcomeMeasuresModule"]["outcomeMeasures"]
    value = measures[0]["classes"][0]["categories"][0]["measurements"][0]
    assert value["value"] == "NA"
    assert "lowerLimit" not in value


def test_a_difference_is_in_the_unit_of_its_measure_and_says_its_direction() -> None:
    """The second arm finds 9 of 10, the first 10 of 10."""
    rows = [read(MANY[0], "no", "no"), *MANY[1:]]
    measure = section(rows)["outcomeMeasuresModule"]["outcomeMeasures"][0]
    values = [float(one["value"]) for one in measure["classes"][0]["categories"][0]["measurements"]]
    found = measure["analyses"][0]
    assert float(found["paramValue"]) == pytest.approx(values[1] - values[0]) == -10
    assert float(found["ciLowerLimit"]) < -10 < float(found["ciUpperLimit"])
    assert found["estimateComment"].startswith("3D reconstruction")
    assert " minus 2D reconstruction" in found["estimateComment"]
