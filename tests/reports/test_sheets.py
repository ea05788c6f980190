"""The reports that are sections of tables, and the dashboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from django.test import Client
from django.utils import timezone

from reports.catalog import data_quality, enrolment_forecast
from reports.catalog.sheets import SHEETS
from reports.monitoring import SiteDesk, desk_of
from reports.services.sheets import make_sheet
from studysite.core.errors import Invalid, NotPermitted, NotThere
from studysite.core.models import Act
from studysite.core.roles import POLICY, Role
from tests.reports import factory
from tests.reports.chinese import english_in, read

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def page(user, path, language="en"):
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client.get(path)


@pytest.mark.parametrize("key", SHEETS)
def test_each_report_is_a_page_and_a_pdf_in_both_languages(key, finished, cast):
    path = f"/reports/{key.replace('_', '-')}"
    for language, tag in (("en", "en"), ("zh-hans", "zh-Hans")):
        shown = page(cast.data_manager, f"{path}/", language)
        assert shown.status_code == 200
        assert finished.number in shown.content.decode() or key in (
            "enrolment_forecast", "data_quality",
        )  # fmt: skip
        pdf = page(cast.data_manager, f"{path}.pdf", language)
        with pikepdf.open(BytesIO(pdf.content)) as document:
            assert str(document.Root.Lang) == tag
    assert Act.objects.filter(action="see_participants", by=cast.data_manager).count() == 2


@pytest.mark.parametrize("key", SHEETS)
def test_an_empty_study_says_so_in_words(key, cast):
    shown = page(cast.data_manager, f"/reports/{key.replace('_', '-')}/").content.decode()
    assert "Nobody" in shown or "No " in shown


def test_a_report_opens_for_whom_the_policy_says(cast):
    for role in Role:
        user = factory.person(f"one-{role}", "One", role, cast.site)
        for key, report in SHEETS.items():
            allowed = role in POLICY[report.action]
            answer = page(user, f"/reports/{key.replace('_', '-')}/")
            assert answer.status_code == (200 if allowed else 403), (role, key)
            if not allowed:
                with pytest.raises(NotPermitted):
                    make_sheet(by=user, key=key, language="en")
    with pytest.raises(NotThere):
        make_sheet(by=cast.monitor, key="nonsense", language="en")
    with pytest.raises(Invalid):
        make_sheet(by=cast.monitor, key="screening_log", language="fr")


def test_the_forecast_goes_on_at_the_pace_so_far(finished, cast):
    """One enrolled in 41 days: 59 more take 59 times as long."""
    sheet = enrolment_forecast.sheet_of(cast.monitor, timezone.now())
    (sentence,) = sheet.sections[0].sentences
    assert f"{timezone.localdate() + timedelta(days=41 * 59)}" in sentence
    assert "59 more" in sentence
    assert "twenty years" in enrolment_forecast.sheet_of(
        cast.monitor, datetime(2126, 1, 1, tzinfo=UTC)
    ).sections[0].sentences[0]  # fmt: skip


def test_the_pace_of_one_site_is_no_forecast_of_the_study(finished, cast):
    """The plan is that of all sites: somebody who sees one of two is told so."""
    factory.make_cast("XB")
    sheet = enrolment_forecast.sheet_of(cast.monitor, timezone.now())
    (sentence,) = sheet.sections[0].sentences
    assert sentence.startswith("Only people at your sites are counted here")
    (figure,) = sheet.sections[0].figures
    assert "Forecast" not in figure.on_page


def test_verified_is_said_over_all_sites(cast):
    sites = [SiteDesk(cast.site, due=10, verified=10), SiteDesk(cast.site, due=30, verified=10)]
    assert data_quality.verified(replace(desk_of(cast.monitor), sites=sites)) == "50"


def test_each_role_has_the_parts_that_it_may_see(finished, cast):
    def heads(user):
        text = page(user, "/overview/").content.decode()
        return [each for each in ("Enrolment", "Scans by state", "Reads outstanding",
                                  "Queries by age") if f"<h2>{each}</h2>" in text]  # fmt: skip

    assert len(heads(cast.investigator)) == len(heads(cast.monitor)) == 4
    assert heads(cast.coordinator) == ["Enrolment", "Scans by state", "Queries by age"]
    assert heads(cast.analyst) == ["Scans by state", "Queries by age"]
    assert heads(cast.reader) == ["Reads outstanding"]
    assert "Sun Qiang" not in page(cast.reader, "/overview/").content.decode()
    boss = factory.person("boss", "Boss", Role.ADMINISTRATOR, cast.site)
    assert "Nothing to show for your role" in page(boss, "/overview/").content.decode()


def test_the_dashboard_is_chinese(finished, cast):
    text = page(cast.coordinator, "/overview/", "zh-hans").content.decode()
    people = [cast.coordinator.printed_name, cast.site.name]
    assert english_in(read(text).texts, people) == []
