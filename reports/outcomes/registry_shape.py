"""The parts that ClinicalTrials.gov's results are made of: groups, denominators, measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Doc = Mapping[str, Any]
Titles = Mapping[str, str]
WITHHELD = "Arms are withheld until the study is locked."


def measure_of(
    *, kind: str, title: str, description: str, unit: str, param: str, dispersion: str, frame: str,
    groups: list[Any], denoms: list[Any], values: list[Any] | None = None,
    classes: list[Any] | None = None, analyses: Sequence[Any] = (), units: str = "",
) -> dict[str, Any]:  # fmt: skip
    made: dict[str, Any] = {
        "type": kind,
        "title": title,
        "description": description,
        "reportingStatus": "POSTED",
        "paramType": param,
        "dispersionType": dispersion,
        "unitOfMeasure": unit,
        "timeFrame": frame,
        "groups": groups,
        "denoms": denoms,
        "classes": classes or [{"categories": [{"measurements": values}]}],
    }
    if units:
        made["typeUnitsAnalyzed"] = units
    return made | ({"analyses": list(analyses)} if analyses else {})


def groups_of(prefix: str, keys: Sequence[str], titles: Titles, doc: Doc) -> list[dict[str, str]]:
    techniques = dict(doc["design"]["arms"])
    return [
        {
            "id": f"{prefix}{place:03d}",
            "title": titles[key],
            "description": f"Read with {techniques[key].upper().replace('+', ' and ')}."
            if key in techniques
            else (WITHHELD if doc["blinded"] else "All groups together."),
        }
        for place, key in enumerate(keys)
    ]


def denoms_of(keys: Sequence[str], units: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    return [
        {
            "units": name,
            "counts": [
                {"groupId": f"OG{place:03d}", "value": str(counts[key])}
                for place, key in enumerate(keys)
            ],
        }
        for name, counts in units.items()
    ]


def interval_of(place: int, given: Doc, times: float) -> dict[str, str]:
    """What does not exist is `NA`, with the reason, as the registry asks."""
    made = {"groupId": f"OG{place:03d}", "value": scaled(given["value"], times)}
    if given["value"] is None:
        return made | {"comment": f"Not calculable: {given['reason']}."}
    return made | {
        "lowerLimit": scaled(given["low"], times),
        "upperLimit": scaled(given["high"], times),
    }


def mean_of(given: Doc) -> dict[str, str]:
    return {"value": text(given["mean"], 2), "spread": text(given["sd"], 2)}


def scaled(value: float | None, times: float) -> str:
    return "NA" if value is None else text(value * times, 2)


def text(value: float | None, decimals: int) -> str:
    return "NA" if value is None else f"{value:.{decimals}f}"


def count_of(rows: Sequence[Doc], value: str) -> int:
    return next((int(row["n"]) for row in rows if row["value"] == value), 0)


def row_of(rows: Sequence[Doc], measure: str) -> Doc:
    return next(row for row in rows if row["measure"] == measure)
