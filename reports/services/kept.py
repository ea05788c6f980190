"""Reports about the study that are kept: asked for, made by a worker, looked at."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reports import storage
from reports.catalog.case_summary import LANGUAGES
from reports.catalog.outcomes import KIND as OUTCOMES
from reports.models import DocumentState, StudyReport
from reports.outcomes.document import standing
from reports.outcomes.filters import Filters
from reports.services.kept_kinds import KINDS, OUTCOME_KINDS, Kind
from reports.services.outcomes import refuse_told_arms
from studysite.core import jobs
from studysite.core.access import require, sites_for
from studysite.core.acts import about, acting, service
from studysite.core.errors import Invalid, NotThere, OutOfOrder
from studysite.core.language_names import LANGUAGE_NAMES
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.said import both, said, word

JOB = "report"


@service(Action.MAKE_OUTCOMES)
def ask_outcomes(*, by: User, filters: Filters, language: str, kind: str = OUTCOMES) -> StudyReport:
    """Ask for the outcomes, or for their shape of the registry, as a kept report."""
    require(by, Action.MAKE_OUTCOMES)
    if kind not in OUTCOME_KINDS:
        raise NotThere(_("There is no such report."))
    refuse_told_arms(filters)
    return _ask(by, KINDS[kind], language, filters.chosen())


@service(Action.KEEP_REPORT)
def ask_report(*, by: User, kind: str, language: str) -> StudyReport:
    """Ask for a report of the study's conduct, as it is now, to be kept."""
    require(by, Action.KEEP_REPORT)
    if kind not in KINDS or kind in OUTCOME_KINDS:
        raise NotThere(_("There is no such report."))
    require(by, KINDS[kind].see)
    return _ask(by, KINDS[kind], language, {})


def _ask(by: User, kind: Kind, language: str, filters: dict[str, str]) -> StudyReport:
    if language not in LANGUAGES:
        raise Invalid(_("A report is in English or in Chinese."), field="language")
    # A row is held that is always there, so that two requests never get one version.
    list(Site.objects.select_for_update().order_by("pk")[:1])
    last = StudyReport.objects.filter(kind=kind.key).aggregate(last=Max("version"))["last"] or 0
    report = StudyReport.objects.create(
        kind=kind.key, version=last + 1, language=language, filters=filters, by=by,
        sites=_codes(by, kind), blinded=not kind.outcomes or standing().blinded,
    )  # fmt: skip
    report.job = jobs.ask(
        kind=JOB, key=f"{JOB}:{report.pk}", target=str(report.pk), subject="", by=by
    )
    report.save(update_fields=["job"])
    asked = said(
        "%(report)s, version %(version)s, asked for, %(language)s",
        report=_title(kind),
        version=report.version,
        language=word(LANGUAGE_NAMES[language]),
    )
    about("", asked)
    return report


def make_report(held: jobs.Held) -> None:
    """Do the job of one report. Both files are on the disk before the row says that it is made. A
    study that was unlocked meanwhile is blinded again; a report that was asked for blinded stays so
    only as long as the study is: it says itself which it is."""
    report = StudyReport.objects.select_related("by").get(pk=held.job.target)
    if report.state == DocumentState.MADE:
        with held.storing():
            return
    kind = KINDS[report.kind]
    if not kind.outcomes:
        # It tells of the sites that its person has now, which may be more than when it was asked.
        report.sites = _codes(report.by, kind)
    held.progress(0.05, said("Gathering the rows"))
    filled = kind.fill(report)
    held.progress(0.9, said("Setting the pages"))
    digests = storage.keep_json(filled.content), storage.keep_document(filled.pdf.content)
    action = Action.MAKE_OUTCOMES if kind.outcomes else Action.KEEP_REPORT
    with acting(report.by, action), held.storing():
        report.content_sha256, report.sha256 = digests
        report.data_sha256, report.blinded = filled.data_sha256, filled.blinded
        report.software, report.pages_count = settings.VERSION, filled.pdf.pages_count
        report.state, report.made_at = DocumentState.MADE, timezone.now()
        report.save()
        made = said(
            "%(report)s, version %(version)s: sha256 %(sha256)s",
            report=_title(kind),
            version=report.version,
            sha256=report.sha256,
        )
        about("", made)


def reports_of(by: User, kinds: Collection[str] = tuple(KINDS)) -> list[StudyReport]:
    """The reports of these kinds that a person may see, the newest first."""
    mine = {kind: set(_codes(by, KINDS[kind])) for kind in kinds}
    rows = StudyReport.objects.filter(kind__in=kinds).select_related("job", "by")
    found = rows.order_by("-at", "-pk")
    return [row for row in found if _may_see(row, mine[row.kind]) and _may_be_told(row)]


def newest_made(by: User, filters: Filters) -> StudyReport | None:
    """The newest finished outcomes of these filters over all of the person's sites: one of fewer
    sites has other numbers."""
    asked = (filters.chosen(), _codes(by, KINDS[OUTCOMES]))
    rows = (row for row in reports_of(by, [OUTCOMES]) if row.state == DocumentState.MADE)
    return next((row for row in rows if (row.filters, row.sites) == asked), None)


def find_report(*, by: User, pk: int, kinds: Collection[str] = tuple(KINDS)) -> StudyReport:
    """A report of these kinds that the person may see; otherwise there is none."""
    found = next((row for row in reports_of(by, kinds) if row.pk == pk), None)
    if found is None:
        raise NotThere(_("There is no such report."))
    return found


@service(Action.SEE_OUTCOMES)
def open_outcomes(*, by: User, report: StudyReport, file: str = "pdf") -> Path:
    """The file of finished outcomes; each look is recorded."""
    return _open(find_report(by=by, pk=report.pk, kinds=OUTCOME_KINDS), file)


@service(Action.SEE_PARTICIPANTS)
def open_report(*, by: User, report: StudyReport, file: str = "pdf") -> Path:
    """The file of a finished report of the study's conduct; each look is recorded."""
    return _open(find_report(by=by, pk=report.pk, kinds=conduct_kinds()), file)


def conduct_kinds() -> Sequence[str]:
    """The kinds that tell of the study's conduct, not of its outcomes."""
    return [key for key in KINDS if key not in OUTCOME_KINDS]


def _open(row: StudyReport, file: str) -> Path:
    if row.state != DocumentState.MADE:
        raise OutOfOrder(_("This document is still being made."))
    opened = said(
        "%(report)s, version %(version)s, opened",
        report=_title(KINDS[row.kind]),
        version=row.version,
    )
    about("", opened)
    return report_path(row, file)


def report_path(row: StudyReport, file: str) -> Path:
    """The local path of a finished report's PDF, or of its numbers."""
    if file == "json":
        return storage.json_path(row.content_sha256)
    return storage.document_path(row.sha256)


def _may_see(row: StudyReport, mine: set[str]) -> bool:
    """Of somebody without the action there is no site, and so no report."""
    return bool(mine) and set(row.sites) <= mine


def _may_be_told(row: StudyReport) -> bool:
    """A report that tells arms is out of sight while the study is unlocked again."""
    return row.blinded or not standing().blinded


def _codes(by: User, kind: Kind) -> list[str]:
    return sorted(sites_for(by, kind.see).values_list("code", flat=True))


def _title(kind: Kind) -> Any:
    """What a report is called, in both languages, for the record."""
    titles = {}
    for each in LANGUAGES:
        with translation.override(each):
            titles[each] = kind.title()
    return both(en=titles["en"], zh=titles["zh-hans"])
