"""The kinds of kept reports: who may see one, and what a worker makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reports.catalog import outcomes as outcomes_sheet
from reports.catalog import registry_results, sheets
from reports.catalog.sheets import SHEETS, Report
from reports.models import StudyReport
from reports.outcomes.document import as_json, document_of
from reports.outcomes.filters import filters_from
from reports.pdf import Pdf
from reports.services.outcomes import people_of, refuse_told_arms
from studysite.core.roles import Action


@dataclass(frozen=True)
class Filled:
    """What a kept report came to: the paper, the numbers, and the digest of what they rest on."""

    pdf: Pdf
    content: bytes
    data_sha256: str
    blinded: bool


@dataclass(frozen=True)
class Kind:
    """One kind. `see`: the action that its page needs; `outcomes`: it may tell arms, so it is out
    of sight while they are withheld."""

    key: str
    see: Action
    title: Callable[[], str]
    fill: Callable[[StudyReport], Filled]
    outcomes: bool = False


def _outcomes(report: StudyReport) -> Filled:
    document = _document(report)
    pdf = outcomes_sheet.render(document, language=report.language)
    return Filled(pdf, as_json(document), document["data"]["sha256"], document["blinded"])


def _registry(report: StudyReport) -> Filled:
    document = _document(report)
    pdf = registry_results.render(document, language=report.language)
    content = registry_results.as_json(document)
    return Filled(pdf, content, document["data"]["sha256"], document["blinded"])


def _document(report: StudyReport) -> dict[str, Any]:
    filters = filters_from(report.filters)
    refuse_told_arms(filters)
    return document_of(people_of(report.by).filter(site__code__in=report.sites), filters)


def _sheet(of: Report) -> Callable[[StudyReport], Filled]:
    def fill(report: StudyReport) -> Filled:
        document = sheets.document_of(of, report.by, report.at)
        pdf = sheets.render(of, report.by, document, language=report.language)
        return Filled(pdf, sheets.as_json(document), document["data"]["sha256"], True)

    return fill


OUTCOME_KINDS = (outcomes_sheet.KIND, registry_results.KEY)
KINDS = {
    kind.key: kind
    for kind in (
        Kind(outcomes_sheet.KIND, Action.SEE_OUTCOMES, outcomes_sheet.title, _outcomes, True),
        Kind(registry_results.KEY, Action.SEE_OUTCOMES, registry_results.title, _registry, True),
        *(Kind(each.key, each.action, each.title, _sheet(each)) for each in SHEETS.values()),
    )
}
