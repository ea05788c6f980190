"""The outcomes in the shape of ClinicalTrials.gov's results section (data API 2, `resultsSection`):
participant flow, baseline characteristics, outcome measures. English, as the registry is. Pure.

Groups have the ids that the registry gives: FG000, BG000, OG000 and so on, by arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.outcomes.registry_shape import (
    Doc,
    Titles,
    count_of,
    denoms_of,
    groups_of,
    interval_of,
    mean_of,
    measure_of,
    row_of,
    scaled,
    text,
)

PERCENT = "percentage of nerve sides"
MEASURES = {
    "csa_mean_mm2": ("Mean Cross-sectional Area", "mm^2"),
    "csa_min_mm2": ("Minimum Cross-sectional Area", "mm^2"),
    "csa_rez_mm2": ("Cross-sectional Area at the Root Entry Zone", "mm^2"),
    "volume_mm3": ("Volume", "mm^3"),
}


def results_of(doc: Doc, titles: Titles) -> dict[str, Any]:
    """`titles` names each group of the document in English."""
    keys = [key for key in doc["groups"] if key != "all"] or ["all"]
    return {
        "resultsSection": {
            "participantFlowModule": participant_flow(doc, keys, titles),
            "baselineCharacteristicsModule": baseline(doc, keys, titles),
            "outcomeMeasuresModule": {"outcomeMeasures": outcome_measures(doc, keys, titles)},
        },
        "source": {
            "data_sha256": doc["data"]["sha256"],
            "software": doc["software"],
            "checkpoint": doc["checkpoint"],
            "blinded": doc["blinded"],
            "filters": doc["filters"],
        },
    }


def participant_flow(doc: Doc, keys: Sequence[str], titles: Titles) -> dict[str, Any]:
    """Started, completed, and why not."""
    people = {group["key"]: group["people"] for group in doc["flow"]["groups"]}

    def counts(name: str) -> list[dict[str, str]]:
        return [
            {"groupId": f"FG{place:03d}", "numSubjects": str(people[key][name]["n"])}
            for place, key in enumerate(keys)
        ]

    ended = {
        "Withdrawal": "withdrawn",
        "Lost to Follow-up": "lost",
        "Still in the study": "ongoing",
    }
    entrance = doc["flow"]["entrance"]
    return {
        "preAssignmentDetails": f"{entrance['screened']['n']} persons were screened, "
        f"{entrance['screen_failed']['n']} failed screening.",
        "groups": groups_of("FG", keys, titles, doc),
        "periods": [
            {
                "title": "Overall Study",
                "milestones": [
                    {"type": "STARTED", "achievements": counts("enrolled")},
                    {"type": "COMPLETED", "achievements": counts("completed")},
                    {"type": "NOT COMPLETED", "achievements": counts("not_completed")},
                ],
                "dropWithdraws": [
                    {"type": title, "reasons": counts(name)} for title, name in ended.items()
                ],
            }
        ],
    }


def baseline(doc: Doc, keys: Sequence[str], titles: Titles) -> dict[str, Any]:
    """Each group and the total."""
    found = {group["key"]: group for group in doc["baseline"]}
    columns = [*keys, *(["all"] if keys != ["all"] else [])]
    ids = {key: f"BG{place:03d}" for place, key in enumerate(columns)}

    def mean(name: str, part: str) -> list[dict[str, str]]:
        return [
            {"groupId": ids[key], **mean_of(found[key][part][name])}
            for key in columns
        ]  # fmt: skip

    def counted(name: str, value: str) -> list[dict[str, str]]:
        return [
            {"groupId": ids[key], "value": str(count_of(found[key][name], value))}
            for key in columns
        ]

    def number(title: str, unit: str, values: list[dict[str, str]]) -> dict[str, Any]:
        return {
            "title": title,
            "paramType": "MEAN",
            "dispersionType": "STANDARD_DEVIATION",
            "unitOfMeasure": unit,
            "classes": [{"categories": [{"measurements": values}]}],
        }

    def categories(title: str, name: str, values: Mapping[str, str]) -> dict[str, Any]:
        parts = [{"title": t, "measurements": counted(name, v)} for v, t in values.items()]
        return {
            "title": title,
            "paramType": "COUNT_OF_PARTICIPANTS",
            "unitOfMeasure": "Participants",
            "classes": [{"categories": parts}],
        }

    total = {**titles, "all": "Total"}
    return {
        "populationDescription": "Enrolled participants whose data may be used.",
        "groups": groups_of("BG", columns, total, doc),
        "denoms": [
            {
                "units": "Participants",
                "counts": [
                    {"groupId": ids[key], "value": str(found[key]["people"]["n"])}
                    for key in columns
                ],
            }
        ],
        "measures": [
            number("Age, Continuous", "years", mean("age", "numbers")),
            categories("Sex: Female, Male", "sex", {"female": "Female", "male": "Male"}),
            categories("Affected Side", "affected", {"left": "Left", "right": "Right"}),
            number("Duration of the Spasm", "years", mean("duration", "numbers")),
            number("SMC Grade", "grade (1 to 4)", mean("smc", "severity")),
        ],
    }


def outcome_measures(doc: Doc, keys: Sequence[str], titles: Titles) -> list[dict[str, Any]]:
    """Question 1: sensitivity and specificity. Question 2: the nerve's size, and its relation to
    severity."""
    return [
        *(_accuracy(doc, keys, titles, name) for name in ("sensitivity", "specificity")),
        *(_size(doc, keys, titles, measure) for measure in MEASURES),
        *(_relation(doc, keys, titles, measure) for measure in MEASURES),
    ]


def _accuracy(doc: Doc, keys: Sequence[str], titles: Titles, name: str) -> dict[str, Any]:
    found = {group["key"]: group for group in doc["diagnostic"]["groups"]}
    units = {key: found[key]["estimates"][name]["of"][1] for key in keys}
    values = {key: found[key]["estimates"][name]["exact"] for key in keys}
    between = doc["diagnostic"]["between"]
    return measure_of(
        kind="PRIMARY",
        title=f"{name.capitalize()} of Detecting Neurovascular Compression",
        description="Consensus read against the surgical finding; the asymptomatic side of an "
        "operated participant is the control. The unit is the nerve side.",
        unit=PERCENT,
        param="NUMBER",
        dispersion="95% Confidence Interval",
        frame="Baseline MRI, compared with surgery",
        groups=groups_of("OG", keys, titles, doc),
        denoms=denoms_of(keys, {"Nerve sides": units}),
        values=[interval_of(place, values[key], 100) for place, key in enumerate(keys)],
        analyses=[_difference(between, name, titles)] if between else [],
        units="Nerve sides",
    )


def _difference(between: Doc, name: str, titles: Titles) -> dict[str, Any]:
    """In the unit of the measure, and said which group less which."""
    found = between["measures"][name]
    difference, test = found["difference"], found["test"]
    return {
        "groupIds": ["OG000", "OG001"],
        "nonInferiorityType": "OTHER",
        "statisticalMethod": "Fisher Exact",
        "pValue": text(test["p"], 4),
        "paramType": "Difference (Newcombe)",
        "paramValue": scaled(difference["value"], 100),
        "ciPctValue": "95",
        "ciNumSides": "TWO_SIDED",
        "ciLowerLimit": scaled(difference["low"], 100),
        "ciUpperLimit": scaled(difference["high"], 100),
        "estimateComment": f"{titles[between['first']]} minus {titles[between['second']]}, in "
        "percentage points.",
    }


def _size(doc: Doc, keys: Sequence[str], titles: Titles, measure: str) -> dict[str, Any]:
    found = {group["key"]: row_of(group["measures"], measure) for group in doc["sizes"]}
    title, unit = MEASURES[measure]
    sides = [
        {
            "title": f"{side.capitalize()} side",
            "categories": [
                {
                    "measurements": [
                        {"groupId": f"OG{place:03d}", **mean_of(found[key][side])}
                        for place, key in enumerate(keys)
                    ]
                }
            ],
        }
        for side in ("affected", "unaffected")
    ]
    return measure_of(
        kind="SECONDARY",
        title=f"{title} of the Cisternal Facial Nerve by Side",
        description="Measured on the baseline MRI, both sides of the same participants.",
        unit=unit,
        param="MEAN",
        dispersion="Standard Deviation",
        frame="Baseline MRI",
        groups=groups_of("OG", keys, titles, doc),
        denoms=denoms_of(keys, {"Participants": {key: found[key]["pairs"]["n"] for key in keys}}),
        classes=sides,
    )


def _relation(doc: Doc, keys: Sequence[str], titles: Titles, measure: str) -> dict[str, Any]:
    found = {
        group["key"]: row_of([r for r in group["rows"] if r["scale"] == "smc"], measure)
        for group in doc["severity"]["correlation"]
    }
    return measure_of(
        kind="SECONDARY",
        title=f"{MEASURES[measure][0]} and Severity of the Spasm",
        description="Spearman's rank correlation of the affected nerve with the SMC grade.",
        unit="correlation coefficient",
        param="NUMBER",
        dispersion="95% Confidence Interval",
        frame="Baseline",
        groups=groups_of("OG", keys, titles, doc),
        denoms=denoms_of(keys, {"Participants": {key: found[key]["people"]["n"] for key in keys}}),
        values=[interval_of(place, found[key]["spearman"], 1) for place, key in enumerate(keys)],
    )
