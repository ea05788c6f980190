"""The study's outcomes: looked at, asked for as documents, made by a worker, kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Participant
from reports import storage
from reports.catalog.case_summary import LANGUAGES
from reports.catalog.outcomes import KIND, render
from reports.models import DocumentState, StudyReport
from reports.outcomes.document import as_json, document_of, standing
from reports.outcomes.filters import Filters, filters_from
from studysite.core import jobs
from studysite.core.access import require, scoped, sites_for
from studysite.core.acts import about, acting, service
from studysite.core.errors import Invalid, NotThere, OutOfOrder
from studysite.core.language_names import LANGUAGE_NAMES
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.said import said, word

# More participants than this are computed by a worker, not while a page waits.
LARGEST_AT_ONCE = 400


def people_of(by: User) -> QuerySet[Participant]:
    """The participants whose outcomes a person may see."""
    return scoped(Participant.objects.all(), by, Action.SEE_OUTCOMES)


def too_many(by: User) -> bool:
    """Whether a worker computes the outcomes, because a page would wait too long."""
    return people_of(by).count() > LARGEST_AT_ONCE


def outcomes_now(*, by: User, filters: Filters) -> dict[str, Any]:
    """The document of what the person may see, as it is now. Raises Invalid for a filter that picks
    out an arm while arms are withheld."""
    require(by, Action.SEE_OUTCOMES)
    refuse_told_arms(filters)
    return document_of(people_of(by), filters)


def refuse_told_arms(filters: Filters) -> None:
    """While arms are withheld, nothing may be narrowed to one."""
    if filters.tells_arms and standing().blinded:
        raise Invalid(_("Arms and techniques are withheld until the study is locked."), field="arm")


@service(Action.MAKE_OUTCOMES)
def ask_outcomes(*, by: User, filters: Filters, language: str) -> StudyReport:
    """Ask for the outcomes as a kept report; a worker makes it."""
    require(by, Action.MAKE_OUTCOMES)
    if language not in LANGUAGES:
        raise Invalid(_("A report is in English or in Chinese."), field="language")
    refuse_told_arms(filters)
    # A row is held that is always there, so that two requests never get one version.
    list(Site.objects.select_for_update().order_by("pk")[:1])
    last = StudyReport.objects.filter(kind=KIND).aggregate(last=Max("version"))["last"] or 0
    report = StudyReport.objects.create(
        kind=KIND, version=last + 1, language=language, filters=filters.chosen(), by=by,
        sites=_codes(by), blinded=standing().blinded,
    )  # fmt: skip
    report.job = jobs.ask(
        kind=KIND, key=f"{KIND}:{report.pk}", target=str(report.pk), subject="", by=by
    )
    report.save(update_fields=["job"])
    asked = said(
        "Outcomes version %(version)s asked for, %(language)s",
        version=report.version,
        language=word(LANGUAGE_NAMES[language]),
    )
    about("", asked)
    return report


def make_outcomes(held: jobs.Held) -> None:
    """Do the job of one report. Both files are on the disk before the row says that it is made. A
    study that was unlocked meanwhile is blinded again; a report that was asked for blinded stays so
    only as long as the study is: it says itself which it is."""
    report = StudyReport.objects.select_related("by").get(pk=held.job.target)
    if report.state == DocumentState.MADE:
        with held.storing():
            return
    held.progress(0.05, said("Gathering the rows"))
    filters = filters_from(report.filters)
    refuse_told_arms(filters)
    people = people_of(report.by).filter(site__code__in=report.sites)
    document = document_of(people, filters)
    held.progress(0.7, said("Setting the pages"))
    content = as_json(document)
    pdf = render(document, language=report.language)
    digests = storage.keep_json(content), storage.keep_document(pdf.content)
    with acting(report.by, Action.MAKE_OUTCOMES), held.storing():
        report.content_sha256, report.sha256 = digests
        report.data_sha256, report.blinded = document["data"]["sha256"], document["blinded"]
        report.software, report.pages_count = document["software"]["version"], pdf.pages_count
        report.state, report.made_at = DocumentState.MADE, timezone.now()
        report.save()
        made = said(
            "Outcomes version %(version)s: sha256 %(sha256)s",
            version=report.version,
            sha256=report.sha256,
        )
        about("", made)


def reports_of(by: User) -> list[StudyReport]:
    """The reports that a person may see, the newest first."""
    mine = set(_codes(by))
    rows = StudyReport.objects.filter(kind=KIND).select_related("job", "by")
    return [row for row in rows if set(row.sites) <= mine and _may_be_told(row)]


def newest_made(by: User, filters: Filters) -> StudyReport | None:
    """The newest finished report of these filters."""
    rows = (row for row in reports_of(by) if row.state == DocumentState.MADE)
    return next((row for row in rows if row.filters == filters.chosen()), None)


def find_report(*, by: User, pk: int) -> StudyReport:
    """A report that the person may see; otherwise there is none."""
    found = next((row for row in reports_of(by) if row.pk == pk), None)
    if found is None:
        raise NotThere(_("There is no such report."))
    return found


@service(Action.SEE_OUTCOMES)
def open_report(*, by: User, report: StudyReport, kind: str = "pdf") -> Path:
    """The file of a finished report; each look is recorded."""
    row = find_report(by=by, pk=report.pk)
    if row.state != DocumentState.MADE:
        raise OutOfOrder(_("This document is still being made."))
    about("", said("Outcomes version %(version)s opened", version=row.version))
    return report_path(row, kind)


def report_path(row: StudyReport, kind: str) -> Path:
    """The local path of a finished report's PDF, or of its numbers."""
    if kind == "json":
        return storage.json_path(row.content_sha256)
    return storage.document_path(row.sha256)


def _may_be_told(row: StudyReport) -> bool:
    """A report that tells arms is out of sight while the study is unlocked again."""
    return row.blinded or not standing().blinded


def _codes(by: User) -> list[str]:
    return sorted(sites_for(by, Action.SEE_OUTCOMES).values_list("code", flat=True))
