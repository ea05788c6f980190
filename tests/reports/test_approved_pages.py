"""Papers look as they did when somebody looked at them: `make approve` draws them anew.

Everything in them is fixed: the people, the clock, and no checkpoint.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.utils import timezone, translation

from enrollment.form_page import open_form
from reports.case.content import case_of
from reports.catalog import crf, outcomes, registry_results
from reports.catalog.case_summary import LANGUAGES, Made
from reports.catalog.sheets import SHEETS, document_of, render
from reports.services.case_summary import render_case
from tests.reports import approved, factory
from tests.reports.outcomes.people import document, row

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
MOMENT = datetime(2026, 3, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Always the same minute; each look at the clock is a millisecond later than the one before, so
    that what happened after something else says so."""
    looks = count()
    monkeypatch.setattr(timezone, "now", lambda: MOMENT + timedelta(milliseconds=next(looks)))


def hold(paper: bytes, name: str, most: int = 99) -> None:
    """The first pages of a paper are as approved."""
    pages = approved.drawn(paper)[:most]
    names = [f"{name}-{number}" for number in range(1, len(pages) + 1)]
    if os.environ.get("APPROVE"):
        for each, page in zip(names, pages, strict=True):
            approved.approve(each, page)
    kept = sorted(path.stem for path in approved.FOLDER.glob(f"{name}-?.png"))
    assert kept == names
    off = {each: approved.share_off(page, approved.approved(each))
           for each, page in zip(names, pages, strict=True)}  # fmt: skip
    assert {each: share for each, share in off.items() if share > approved.MOST_BLOCKS} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_summary_looks_as_approved(language: str, clock: None) -> None:
    cast = factory.make_cast()
    person = factory.finished(cast, pictures=True)
    made = Made(1, str(cast.investigator), MOMENT)
    hold(render_case(case_of(person), language, made).content, f"case-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_outcomes_look_as_approved(language: str, clock: None, db: None) -> None:
    found = document([row(number) for number in range(1, 25)])
    hold(outcomes.render(found, language=language).content, f"outcomes-{language}", 4)
    paper = registry_results.render(found, language=language).content
    hold(paper, f"registry-{language}", 1)


def test_reports_of_the_conduct_look_as_approved(clock: None) -> None:
    cast = factory.make_cast()
    person = factory.finished(cast)
    for name, paper in _conduct(cast, person):
        hold(paper, name, 1)


def _conduct(cast: factory.Cast, person: object) -> Iterator[tuple[str, bytes]]:
    for language in LANGUAGES:
        for key, report in SHEETS.items():
            found = document_of(report, cast.data_manager, MOMENT)
            paper = render(report, cast.data_manager, found, language=language)
            yield f"{key}-{language}", paper.content
        with translation.override(language):
            yield f"crf-{language}", crf.filled(open_form(person, "severity", "baseline")).content


def test_what_moved_is_found() -> None:
    """The tolerance lets no other page pass: not the other language, not a shift of 2 mm, not a
    page without its lower third."""
    page = approved.approved("case-en-1")
    third = page.copy()
    third.paste(255, (0, page.height * 2 // 3, page.width, page.height))
    moved = page.transform(page.size, 0, (1, 0, 0, 0, 1, 3), fillcolor=255)
    assert approved.share_off(page, page) == 0
    for other in (approved.approved("case-zh-hans-1"), third, moved):
        assert approved.share_off(other, page) > 2 * approved.MOST_BLOCKS
