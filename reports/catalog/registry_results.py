"""The outcomes in the shape of ClinicalTrials.gov's results section: the JSON, and as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from reports.catalog.outcome_tables import Doc
from reports.catalog.outcomes import facts, notices, on_paper
from reports.catalog.sheet import Cell, Section, Sheet, Table, heads
from reports.outcomes import words
from reports.outcomes.registry import results_of
from reports.pdf import Embedded, Pdf

KEY = "registry_results"
TEMPLATE = "reports/registry_results.html"


def title() -> str:
    """What the report is called."""
    return _("Results for ClinicalTrials.gov")


def results(document: Doc) -> dict[str, Any]:
    """The registry's own language is English."""
    with translation.override("en"):
        return results_of(document, {key: words.group_label(key) for key in document["groups"]})


def as_json(document: Doc) -> bytes:
    """What is uploaded."""
    return f"{json.dumps(results(document), ensure_ascii=False, indent=1)}\n".encode()


def render(document: Doc, *, language: str) -> Pdf:
    """The tables as a PDF: headings in one of LANGUAGES, what the registry reads in English."""
    data = Embedded("results.json", as_json(document), "The results section, as it is uploaded")
    return on_paper(document, sheet_of, data, template=TEMPLATE, language=language)


def sheet_of(document: Doc) -> Sheet:
    """The three parts as tables; what the registry reads stays in English."""
    found = results(document)["resultsSection"]
    return Sheet(
        title=title(),
        facts=facts(document),
        notices=notices(document),
        sections=[
            Section(_("Participant flow"), tables=[_flow(found["participantFlowModule"])]),
            Section(
                _("Baseline characteristics"),
                tables=[_measures(found["baselineCharacteristicsModule"])],
            ),
            Section(
                _("Outcome measures"),
                tables=[_outcome(row) for row in found["outcomeMeasuresModule"]["outcomeMeasures"]],
            ),
        ],
    )


def _flow(module: Mapping[str, Any]) -> Table:
    period = module["periods"][0]
    rows = [
        [Cell(row["type"]), *(Cell(each["numSubjects"]) for each in row[part])]
        for name, part in (("milestones", "achievements"), ("dropWithdraws", "reasons"))
        for row in period[name]
    ]
    return Table(module["preAssignmentDetails"], _columns(module), rows)


def _measures(module: Mapping[str, Any]) -> Table:
    rows = [
        [Cell("Participants"), *(Cell(each["value"]) for each in module["denoms"][0]["counts"])]
    ]
    for measure in module["measures"]:
        rows += _rows(measure, f"{measure['title']}, {measure['unitOfMeasure']}")
    return Table(module["populationDescription"], _columns(module), rows)


def _outcome(measure: Mapping[str, Any]) -> Table:
    rows = [
        [Cell(denom["units"]), *(Cell(each["value"]) for each in denom["counts"])]
        for denom in measure["denoms"]
    ]
    rows += _rows(measure, f"{measure['paramType']}, {measure['unitOfMeasure']}")
    rows += [
        [Cell(f"{each['paramType']} {each['statisticalMethod']}, p = {each['pValue']}"),
         Cell(f"{each['paramValue']} ({each['ciLowerLimit']} to {each['ciUpperLimit']})"),
         *[Cell("")] * (len(measure["groups"]) - 1)]
        for each in measure.get("analyses", ())
    ]  # fmt: skip
    return Table(f"{measure['type']}: {measure['title']}", _columns(measure), rows)


def _columns(module: Mapping[str, Any]) -> list[Any]:
    return heads(["Measure", *(group["title"] for group in module["groups"])])


def _rows(measure: Mapping[str, Any], label: str) -> list[list[Cell]]:
    rows = []
    for part in measure["classes"]:
        for category in part["categories"]:
            names = [part.get("title"), category.get("title")]
            title = ": ".join([label, *(name for name in names if name)])
            rows.append([Cell(title), *(Cell(_value(each)) for each in category["measurements"])])
    return rows


def _value(measured: Mapping[str, str]) -> str:
    if "spread" in measured:
        return f"{measured['value']} ± {measured['spread']}"
    if "lowerLimit" in measured:
        return f"{measured['value']} ({measured['lowerLimit']} to {measured['upperLimit']})"
    return measured["value"]
