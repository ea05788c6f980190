"""The monitor's desk, as figures, as a page and as a PDF."""

from __future__ import annotations

import io
from datetime import timedelta

import pikepdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Query, Visit
from enrollment.places import of_form, of_visit
from enrollment.services.enrolment import withdraw
from enrollment.services.forms import save_form
from enrollment.services.freezing import freeze
from enrollment.services.queries import answer_query, open_query
from enrollment.services.trail import record_review
from enrollment.services.verification import verify
from enrollment.trail import Asked
from reports.monitoring import desk_of
from reports.services.sheets import make_sheet, records_of
from studysite.core.errors import Invalid, NotPermitted
from studysite.core.models import Act, Membership
from studysite.core.roles import POLICY, Action, Role
from studysite.core.said import say
from tests.conftest import screened
from tests.enrollment.services.test_stopping import DEVIATION
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def as_user(user, **headers):
    client = Client(headers=headers)
    client.force_login(user)
    return client


@pytest.fixture
def busy(finished, cast):
    """A case with an old query, an answered one, a verified form, a missed visit, a freeze."""
    old = open_query(
        by=cast.monitor, participant=finished, place=of_visit("baseline"), text="Which day?"
    )
    Query.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(days=40))
    answered = open_query(
        by=cast.monitor, participant=finished, place=of_visit("surgery"), text="Who?"
    )
    answer_query(by=cast.coordinator, query=answered, text="Prof. Hu.")
    verify(by=cast.monitor, participant=finished, place=of_form("screening", "mri_safety"))
    long_ago = timezone.localdate() - timedelta(days=5)
    Visit.objects.filter(participant=finished, key="month_3").update(
        opens_on=long_ago, due_on=long_ago, closes_on=long_ago
    )
    save_form(
        by=cast.coordinator, participant=finished, form="deviation", visit="log",
        answers=DEVIATION, seen_revision=0, submit=True,
    )  # fmt: skip
    record_review(by=cast.monitor, asked=Asked(form="mri_safety"), remark="Weights looked at.")
    freeze(by=cast.data_manager, participant=finished, visit="screening", reason="Cleaning")
    return finished


def test_the_desk_counts_what_there_is(busy, cast):
    desk = desk_of(cast.monitor)
    (site,) = desk.sites
    assert (site.screened, site.enrolled, site.left, site.signed) == (1, 1, 0, 0)
    assert (site.queries_open, site.queries_waiting, site.queries_answered) == (2, 1, 1)
    assert (site.age_counts, site.oldest_days) == ([1, 0, 0, 1], 40)
    assert 0 < site.verified <= site.due
    assert {(row.visit, row.days) for row in desk.missing} == {("month_3", 5)}
    assert site.missing == len(desk.missing) > 0
    assert [row.what for row in desk.deviations] == ["tof_3d"]
    assert [row.visit for row in desk.closures] == ["screening"]
    assert site.protocol_deviations == len(desk.protocol_deviations) == 1
    assert [(act.by, say(act.detail)) for act in desk.audit_reviews] == [
        (cast.monitor, "Reviewed: form=mri_safety Weights looked at.")
    ]


def test_who_left_after_enrolment_was_enrolled(finished, cast):
    """As in the screening log and the outcomes; and the number leads to them."""
    withdraw(
        by=cast.coordinator, participant=finished, kind="withdrawn", on=timezone.localdate(),
        decided_by="participant", data_may_stay=True, reason="Moved away.",
    )  # fmt: skip
    (site,) = desk_of(cast.monitor).sites
    assert (site.enrolled, site.left) == (1, 1)
    (line,) = records_of(by=cast.monitor, key="monitoring_report", cell="enrolled:XA")
    assert line.participant == finished.number


def test_a_visit_that_did_not_take_place_misses_no_form(busy, cast):
    Visit.objects.filter(participant=busy, key="month_3").update(not_done_reason="Abroad.")
    desk = desk_of(cast.monitor)
    assert (desk.missing, desk.sites[0].missing) == ([], 0)


def test_another_site_has_a_desk_of_its_own(busy, cast):
    other = factory.make_cast("XB")
    (site,) = desk_of(other.monitor).sites
    assert (site.site.code, site.screened, site.queries_open, site.due) == ("XB", 0, 0, 0)
    assert desk_of(other.monitor).missing == []
    assert desk_of(other.monitor).protocol_deviations == []
    assert desk_of(other.monitor).audit_reviews == []


def test_a_review_at_another_site_is_not_told(busy, cast):
    """Somebody of both sites looks at a record of the other."""
    other = factory.make_cast("XB")
    there = factory.screened(other)
    Membership.objects.create(user=other.monitor, site=cast.site, role=Role.MONITOR)
    record_review(by=other.monitor, asked=Asked(subject=there.number))
    assert len(desk_of(cast.monitor).audit_reviews) == 1
    assert there.number in desk_of(other.monitor).audit_reviews[0].detail


def test_the_desk_takes_as_many_queries_for_more(busy, cast):
    def count():
        with CaptureQueriesContext(connection) as captured:
            desk_of(cast.monitor)
        return len(captured)

    one = count()
    for number in range(3):
        screened(cast.coordinator, cast.site, number)
    open_query(by=cast.monitor, participant=busy, place=of_visit("baseline"), text="And this?")
    assert count() == one


@pytest.mark.parametrize("role", Role)
def test_the_desk_opens_for_monitors_and_data_managers(role, cast):
    pages = [reverse("monitoring:desk"), reverse("sheets:monitoring_report")]
    client = as_user(factory.person("somebody", "Somebody", role, cast.site))
    allowed = role in POLICY[Action.SEE_MONITORING]
    assert [client.get(page).status_code for page in pages] == [200 if allowed else 403] * 2
    if not allowed:
        with pytest.raises(NotPermitted):
            make_sheet(key="monitoring_report", by=client.get("/").wsgi_request.user, language="en")


def test_the_page_tells_it_in_both_languages(busy, cast):
    page = as_user(cast.monitor).get(reverse("monitoring:desk")).content.decode()
    assert busy.number in page
    assert say(factory.DEPARTURE) in page
    assert DEVIATION["description"] in page
    assert "Weights looked at." in page
    chinese = as_user(cast.monitor, **{"accept-language": "zh-hans"})
    assert "缺失的表单" in chinese.get(reverse("monitoring:desk")).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_report_is_a_tagged_pdf_and_is_on_record(busy, cast, language):
    pdf = make_sheet(key="monitoring_report", by=cast.monitor, language=language)
    with pikepdf.open(io.BytesIO(pdf.content)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == {"en": "en", "zh-hans": "zh-Hans"}[language]
        assert "/StructTreeRoot" in document.Root
    assert Act.objects.filter(action="see_participants", by=cast.monitor).exists()


def test_a_report_in_no_language_of_ours_is_refused(cast):
    with pytest.raises(Invalid):
        make_sheet(key="monitoring_report", by=cast.monitor, language="fr")
    page = reverse("sheets:monitoring_report_pdf")
    assert as_user(cast.monitor).get(page, {"language": "fr"}).status_code == 422


def test_an_empty_study_has_a_desk(cast):
    page = as_user(cast.monitor).get(reverse("monitoring:desk")).content.decode()
    assert "No form is missing" in page
    assert make_sheet(key="monitoring_report", by=cast.monitor, language="en").pages_count == 1
