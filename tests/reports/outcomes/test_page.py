"""The outcomes as a page: filters, numbers that lead to their records, arms withheld."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.models import Closure, Participant
from enrollment.models.closing import Level, Scope
from reports import tasks  # noqa: F401  the jobs' doors must be registered
from reports.models import StudyReport
from reports.outcomes.filters import Filters
from reports.outcomes_urls import urlpatterns
from reports.services import kept
from reports.services import outcomes as service
from studysite.core import jobs
from studysite.core.errors import Invalid
from studysite.core.models import Act, Job, Membership
from studysite.core.roles import POLICY, Action, Role
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
PAGE = "/outcomes/"
ARM = "3D reconstruction"


def as_user(user, **headers):
    client = Client(headers=headers)
    client.force_login(user)
    return client


def lock(cast):
    Closure.objects.create(
        level=Level.LOCKED, scope=Scope.STUDY, reason="Done", by=cast.data_manager,
        dataset_sha256="ab" * 32,
    )  # fmt: skip


def page_of(user, query="", **headers):
    answer = as_user(user, **headers).get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", Role)
def test_the_outcomes_open_for_whom_the_policy_says(role, cast):
    client = as_user(factory.person("somebody", "Somebody", role, cast.site))
    pages = [
        reverse(f"outcomes:{each.name}")
        for each in urlpatterns
        if each.name in ("outcomes", "list")
    ]
    allowed = role in POLICY[Action.SEE_OUTCOMES]
    assert [client.get(page).status_code for page in pages] == [200 if allowed else 403] * 2


def test_arms_are_withheld_until_the_study_is_locked(finished, cast):
    assert ARM not in page_of(cast.investigator)
    assert "withheld" in page_of(cast.investigator)
    lock(cast)
    assert ARM in page_of(cast.investigator)


def test_while_withheld_no_filter_tells_an_arm(finished, cast):
    """The form has no such field, and the service refuses one that comes another way."""
    whole = page_of(cast.investigator)
    assert 'name="arm"' not in whole
    narrowed = page_of(cast.investigator, "?arm=2d&technique=mpr")
    main = re.compile(r"<main.*</main>", re.S)
    shown = [re.sub(r"csrf.*?>", "", main.search(each)[0]) for each in (narrowed, whole)]
    assert shown[0] == shown[1]
    with pytest.raises(Invalid):
        service.outcomes_now(by=cast.investigator, filters=Filters(arm="2d"))
    with pytest.raises(Invalid):
        kept.ask_outcomes(by=cast.investigator, filters=Filters(technique="mpr"), language="en")


def test_a_number_leads_to_its_records(finished, cast):
    lock(cast)
    page = page_of(cast.investigator)
    links = {unescape(each) for each in re.findall(r'href="(/outcomes/cases/[^"]+)"', page)}
    assert len(links) > 20
    client = as_user(cast.investigator)
    for link in links:
        assert finished.number in client.get(link).content.decode(), link
    assert client.get("/outcomes/cases/?cell=nonsense").status_code == 404


def test_filters_narrow_and_are_printed(finished, cast):
    lock(cast)
    page = page_of(cast.investigator, "?sex=male&screened_until=2020-01-01")
    assert "Nobody is within these limits" in page
    assert "Nobody was screened yet" not in page
    assert "Screened until" in page
    assert "2020-01-01" in page
    wrong = page_of(cast.investigator, "?screened_from=never")
    assert "valid date" in wrong
    backwards = page_of(cast.investigator, "?screened_from=2026-02-01&screened_until=2026-01-01")
    assert "before the first one" in backwards


@pytest.mark.parametrize("name", ["registry", "registry_json", "cases"])
def test_what_has_no_fields_refuses_a_wrong_filter(name, finished, cast):
    """Else the numbers of everybody pass for those of a site."""
    client = as_user(cast.investigator)
    assert client.get(reverse(f"outcomes:{name}")).status_code == 200
    answer = client.get(reverse(f"outcomes:{name}"), {"site": "ZZ"})
    assert answer.status_code == 422
    assert "Site: Select a valid choice" in answer.content.decode()


def test_no_report_is_kept_under_a_wrong_filter(finished, cast):
    answer = as_user(cast.investigator).post("/outcomes/make/?sex=any", {"language": "en"})
    assert answer.status_code == 422
    assert not StudyReport.objects.exists()


def test_a_step_of_the_way_is_no_unit_in_chinese(finished, cast):
    page = page_of(cast.investigator, **{"accept-language": "zh-hans"})
    assert '<th scope="col">步骤</th>' in page


def test_the_page_is_told_in_chinese(finished, cast):
    lock(cast)
    page = page_of(cast.investigator, **{"accept-language": "zh-hans"})
    assert "灵敏度" in page


def test_another_site_sees_its_own_people_alone(finished, cast):
    other = factory.make_cast("XB")
    assert "Nobody was screened yet" in page_of(other.investigator)


def test_a_kept_report_is_made_by_a_worker(finished, cast):
    lock(cast)
    client = as_user(cast.investigator)
    client.post("/outcomes/make/?sex=female", {"language": "en"})
    report = StudyReport.objects.get()
    assert report.filters == {"population": "main", "sex": "female"}
    jobs.run(report.job_id)
    report.refresh_from_db()
    assert (report.state, report.blinded) == ("made", False)
    assert client.get(f"/outcomes/{report.pk}/").content.startswith(b"%PDF")
    assert client.get(f"/outcomes/{report.pk}/?kind=json").json()["schema"] == "outcomes/1"
    assert Act.objects.filter(action="see_outcomes").count() == 2
    assert report.sha256[:16] in client.get(PAGE).content.decode()


def test_a_report_that_tells_arms_is_gone_when_the_study_is_unlocked(finished, cast):
    lock(cast)
    report = kept.ask_outcomes(by=cast.investigator, filters=Filters(), language="en")
    jobs.run(report.job_id)
    client = as_user(cast.investigator)
    assert client.get(f"/outcomes/{report.pk}/").status_code == 200
    Closure.objects.update(level=Level.FROZEN)
    assert client.get(f"/outcomes/{report.pk}/").status_code == 404


def test_a_report_of_one_site_is_not_shown_as_that_of_two(finished, cast, monkeypatch):
    monkeypatch.setattr(service, "LARGEST_AT_ONCE", 0)
    report = kept.ask_outcomes(by=cast.investigator, filters=Filters(), language="en")
    jobs.run(report.job_id)
    other = factory.make_cast("XB").site
    Membership.objects.create(user=cast.monitor, site=other, role=Role.MONITOR)
    assert "Not computed yet" in page_of(cast.monitor)
    assert "kept version 1" in page_of(cast.investigator)


def test_a_big_study_is_computed_by_a_worker(finished, cast, monkeypatch):
    monkeypatch.setattr(service, "LARGEST_AT_ONCE", 0)
    assert "Not computed yet" in page_of(cast.investigator)
    report = kept.ask_outcomes(by=cast.investigator, filters=Filters(), language="en")
    jobs.run(report.job_id)
    assert "kept version 1" in page_of(cast.investigator)
    assert Job.objects.get(pk=report.job_id).state == "done"
    assert Participant.objects.count() == 1
