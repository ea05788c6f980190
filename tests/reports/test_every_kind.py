"""Every kind of report and paper: made by a worker, kept, made again, for the archive, in both
languages."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.conf import settings
from django.utils import timezone, translation

from enrollment.crfs.registry import form_of
from enrollment.form_page import open_form
from reports import tasks  # noqa: F401  the jobs' doors must be registered
from reports.case.content import case_of
from reports.catalog import crf
from reports.catalog.case_summary import CHOICES, DATA, LANGUAGES, Made
from reports.models import StudyReport
from reports.outcomes.filters import Filters
from reports.services import kept
from reports.services.case_summary import render_case
from reports.services.kept_kinds import KINDS, OUTCOME_KINDS
from reports.services.locking import lock_study
from studysite.core import jobs
from studysite.core.audit import sealing
from studysite.core.models import JobState, Membership
from studysite.core.roles import Role
from tests.reports import factory
from tests.reports.paper import embedded_in, hold_to_archive, text_of, without_spaces

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
EMBEDDED = {"outcomes": "outcomes.json", "registry_results": "results.json"}


def ask(cast: factory.Cast, kind: str, language: str) -> StudyReport:
    if kind in OUTCOME_KINDS:
        return kept.ask_outcomes(
            by=cast.data_manager, filters=Filters(), language=language, kind=kind
        )
    return kept.ask_report(by=cast.data_manager, kind=kind, language=language)


def work(report: StudyReport, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do its job; the shares of it that a person saw done."""
    shares: list[float] = []
    tell = jobs.Held.progress

    def progress(held: jobs.Held, share: float, message: str = "") -> None:
        shares.append(share)
        tell(held, share, message)

    monkeypatch.setattr(jobs.Held, "progress", progress)
    jobs.run(report.job_id)
    report.refresh_from_db()
    assert report.job.state == JobState.DONE, report.job.message
    return shares


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_kept_and_made_again_is_the_same(kind, finished, cast, monkeypatch):
    """By a worker with progress, under the digest of its bytes; it names its data, the software
    and the checkpoint, and holds the numbers; from the same it has the same bytes."""
    lock_study(by=cast.data_manager, reason="Data are clean.")
    point = sealing.seal()
    for language in LANGUAGES:
        report = ask(cast, kind, language)
        shares = work(report, monkeypatch)
        assert shares == sorted(shares)
        assert len(shares) >= 2
        paper = kept.report_path(report, "pdf").read_bytes()
        numbers = kept.report_path(report, "json").read_bytes()
        assert hashlib.sha256(paper).hexdigest() == report.sha256
        assert hashlib.sha256(numbers).hexdigest() == report.content_sha256
        assert json.loads(numbers)
        data = {EMBEDDED.get(kind, "report.json"): numbers}
        hold_to_archive(paper, language=language, data=data)
        text = without_spaces(paper)
        for named in (report.data_sha256, f"studysite{settings.VERSION}", point.root):
            assert named in text
        with translation.override(language):
            assert KINDS[kind].title().replace(" ", "") in text
        again = KINDS[kind].fill(report)
        assert (again.pdf.content, again.content) == (paper, numbers)
        if kind == "outcomes":
            assert json.loads(numbers)["data"]["lock_sha256"] in text


def test_a_report_is_for_those_of_every_site_that_it_tells_of(finished, cast, monkeypatch):
    """Somebody gets a second site between asking and the making."""
    report = ask(cast, "screening_log", "en")
    other = factory.make_cast("XB")
    Membership.objects.create(user=cast.data_manager, site=other.site, role=Role.DATA_MANAGER)
    work(report, monkeypatch)
    assert report.sites == ["XA", "XB"]
    assert kept.reports_of(cast.monitor) == []
    assert kept.reports_of(cast.data_manager) == [report]


def test_another_state_of_the_data_is_another_digest(finished, cast, monkeypatch):
    """The digest that a report of the conduct names moves with what it tells."""
    first = ask(cast, "screening_log", "en")
    work(first, monkeypatch)
    second = ask(cast, "screening_log", "zh-hans")
    work(second, monkeypatch)
    assert first.data_sha256 == second.data_sha256
    type(finished).objects.filter(pk=finished.pk).update(year_of_birth=1971)
    third = ask(cast, "screening_log", "en")
    work(third, monkeypatch)
    assert third.data_sha256 != first.data_sha256


@pytest.mark.parametrize("language", CHOICES)
def test_the_case_summary_is_for_the_archive_in_each_language(language, cast):
    person = factory.finished(cast, pictures=True)
    point = sealing.seal()
    case, made = case_of(person), Made(1, str(cast.investigator), timezone.now())
    paper = render_case(case, language, made).content
    hold_to_archive(paper, language=language, data={DATA: case.content.canonical()})
    text = without_spaces(paper)
    for named in (case.content.sha256, f"studysite{settings.VERSION}", point.root):
        assert named in text
    words = {"en": "Casesummary", "zh-hans": "病例摘要"}
    for each in LANGUAGES if language == "both" else (language,):
        assert words[each] in text
    if language == "both":
        assert render_case(case, language, made).content == paper


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_is_for_the_archive_blank_and_filled(language, finished):
    opened = open_form(finished, "severity", "baseline")
    with translation.override(language):
        blank, filled = crf.blank(form_of("severity")), crf.filled(opened)
        again = crf.filled(opened)
        title = opened.definition.title
    hold_to_archive(blank.content, language=language, data={})
    answers = embedded_in(filled.content)
    hold_to_archive(filled.content, language=language, data={"form.json": answers})
    assert json.loads(answers)["answers"]["smc_grade"] == "III"
    assert hashlib.sha256(answers).hexdigest() in without_spaces(filled.content)
    assert title.replace(" ", "") in without_spaces(blank.content)
    assert again.content == filled.content
    assert {"en": "Page 1 of", "zh-hans": "第 1 页"}[language] in text_of(filled.content)
