"""Who may open which page of reports, and what a page does."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from reports.case.content import case_of
from reports.models import Document
from reports.services.case_summary import ask_case_summary
from reports.services.signing import sign_case
from reports.storage import keep_document
from studysite.core.models import Act, JobState, Signature
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
ROLES = ("coordinator", "investigator", "reader", "analyst", "monitor", "data_manager")
PDF = b"%PDF-1.7 made up"

# What each role gets, in the order of ROLES.
PAGES = {
    "/": (200, 200, 200, 200, 200, 200),
    "/jobs/": (200, 200, 403, 200, 200, 200),
    "/jobs/{job}/": (404, 200, 403, 404, 200, 200),
    "/participants/{number}/documents/": (403, 200, 403, 403, 200, 200),
    "/participants/{number}/documents/list/": (403, 200, 403, 403, 200, 200),
    "/documents/{document}/": (403, 200, 403, 403, 200, 200),
    "/participants/{number}/sign/": (403, 200, 403, 403, 403, 403),
    "/participants/{number}/lock/": (403, 403, 403, 403, 403, 200),
}


@pytest.fixture
def document(finished, cast) -> Document:
    row = ask_case_summary(by=cast.investigator, participant=finished, language="en")
    row.state, row.sha256, row.made_at = "made", keep_document(PDF), timezone.now()
    row.save()
    return row


def as_user(user, **headers) -> Client:
    client = Client(headers=headers)
    client.force_login(user)
    return client


def address(pattern: str, document: Document) -> str:
    number, job = document.participant.number, document.job.pk
    return pattern.format(number=number, job=job, document=document.pk)


@pytest.mark.parametrize("pattern", PAGES)
def test_a_page_opens_to_the_roles_of_the_table(pattern, document, cast):
    got = [
        as_user(getattr(cast, role)).get(address(pattern, document)).status_code for role in ROLES
    ]
    assert dict(zip(ROLES, got, strict=True)) == dict(zip(ROLES, PAGES[pattern], strict=True))


@pytest.mark.parametrize("pattern", [pattern for pattern in PAGES if "{" in pattern])
def test_another_site_answers_as_if_there_were_nothing(pattern, document):
    other = factory.make_cast("XB")
    user = other.data_manager if "lock" in pattern else other.investigator
    assert as_user(user).get(address(pattern, document)).status_code == 404


def test_a_file_has_a_name_without_identity(document, cast):
    answer = as_user(cast.monitor).get(f"/documents/{document.pk}/")
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    name = f"{document.participant.number}-case-summary-v1.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_case_summary_is_asked_for_and_shown_as_waiting(finished, cast):
    client = as_user(cast.investigator)
    url = f"/participants/{finished.number}/documents/"
    answer = client.post(f"{url}make/", {"language": "zh-hans"}, follow=True)
    page = answer.content.decode()
    assert "Version 1 of the case summary is being made." in page
    assert f'hx-get="{url}list/"' in page
    assert Document.objects.get().language == "zh-hans"


def test_a_list_with_nothing_under_way_asks_no_more(document, cast):
    page = as_user(cast.monitor).get(f"/participants/{document.participant.number}/documents/list/")
    assert "hx-get" not in page.content.decode()


@pytest.mark.parametrize("role", ["coordinator", "reader", "analyst", "monitor"])
def test_others_cannot_ask_by_post(finished, cast, role):
    url = f"/participants/{finished.number}/documents/make/"
    assert as_user(getattr(cast, role)).post(url, {"language": "en"}).status_code == 403
    assert not Document.objects.exists()


def test_another_language_is_a_sentence_at_the_field(finished, cast):
    url = f"/participants/{finished.number}/documents/make/"
    answer = as_user(cast.investigator).post(url, {"language": "fr"})
    assert answer.status_code == 422
    assert "fr is not one of the available choices" in answer.content.decode()


def test_htmx_gets_the_part_and_a_browser_the_page(finished, cast):
    url = f"/participants/{finished.number}/documents/"
    part = as_user(cast.monitor, hx_request="true").get(url).content.decode()
    page = as_user(cast.monitor).get(url).content.decode()
    assert "<html" not in part
    assert "<html" in page
    assert 'id="documents"' in part


def signing(participant, password=factory.PASSWORD):
    """What the page of signing sends."""
    seen = case_of(participant).content.sha256
    return {"meaning": "Reviewed and approved", "password": password, "seen_sha256": seen}


def test_the_page_carries_what_was_looked_at_and_signs_nothing_else(finished, cast):
    url, client = f"/participants/{finished.number}/sign/", as_user(cast.investigator)
    data = signing(finished)
    assert data["seen_sha256"] in client.get(url).content.decode()
    finished.entries.filter(form="severity").update(answers={})
    answer = client.post(url, data)
    assert answer.status_code == 409
    assert "look at it again before you sign" in answer.content.decode()
    assert signing(finished)["seen_sha256"] in answer.content.decode()
    assert not Signature.objects.exists()


def test_an_investigator_signs_with_the_password(finished, cast):
    url = f"/participants/{finished.number}/sign/"
    answer = as_user(cast.investigator).post(url, signing(finished))
    assert answer["Location"] == f"/participants/{finished.number}/"
    assert Signature.objects.get().by == cast.investigator


def test_a_wrong_password_is_told_at_its_field(finished, cast):
    url = f"/participants/{finished.number}/sign/"
    answer = as_user(cast.investigator).post(url, signing(finished, "not-mine-7731"))
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "The password is not right, so nothing was signed." in page
    assert "not-mine-7731" not in page
    assert not Signature.objects.exists()


def test_signing_too_early_is_told_on_the_page(cast):
    participant = factory.measured(cast)
    url = f"/participants/{participant.number}/sign/"
    answer = as_user(cast.investigator).post(url, signing(participant))
    assert answer.status_code == 409
    assert "a case is signed once its surgical finding is there" in answer.content.decode()


def test_a_data_manager_locks_with_a_reason(finished, cast):
    sign_case(
        by=cast.investigator,
        participant=finished,
        password=factory.PASSWORD,
        meaning="Reviewed and approved",
    )
    client, url = as_user(cast.data_manager), f"/participants/{finished.number}/lock/"
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Data are clean"}).status_code == 302
    finished.refresh_from_db()
    assert finished.state == "locked"
    assert Act.objects.get(action="lock").reason == "Data are clean"


def test_signatures_are_shown_with_their_validity(finished, cast):
    sign_case(
        by=cast.investigator,
        participant=finished,
        password=factory.PASSWORD,
        meaning="Reviewed and approved",
    )
    url = f"/participants/{finished.number}/documents/"
    assert 'data-state="valid"' in as_user(cast.monitor).get(url).content.decode()
    finished.entries.filter(form="severity").update(answers={})
    assert 'data-state="invalid"' in as_user(cast.monitor).get(url).content.decode()


def test_a_failed_job_is_tried_again_by_those_who_may(document, cast):
    jobs = type(document.job).objects.filter(pk=document.job.pk)
    jobs.update(state=JobState.FAILED, finished_at=timezone.now(), message="No paper.")
    page = as_user(cast.data_manager).get("/jobs/?state=failed").content.decode()
    assert "No paper." in page
    url = f"/jobs/{document.job.pk}/retry/"
    assert as_user(cast.monitor).post(url).status_code == 403
    assert as_user(cast.data_manager).post(url)["Location"] == "/jobs/"
    assert jobs.get().state == JobState.QUEUED


def test_a_job_that_ended_well_is_not_tried_again(document, cast):
    url = f"/jobs/{document.job.pk}/retry/"
    answer = as_user(cast.data_manager).post(url)
    assert answer.status_code == 409
    assert "Only a failed job can be tried again." in answer.content.decode()


def test_a_job_answers_htmx_with_its_part(document, cast):
    part = as_user(cast.monitor, hx_request="true").get(f"/jobs/{document.job.pk}/")
    assert part.content.decode().strip().startswith(f'<div class="job" id="job-{document.job.pk}"')


@pytest.mark.parametrize("pattern", PAGES)
def test_pages_are_in_chinese_too(pattern, document, cast):
    user = cast.data_manager if "lock" in pattern else cast.investigator
    answer = as_user(user, accept_language="zh-hans").get(address(pattern, document))
    if answer["Content-Type"].startswith("text/html") and b"<html" in answer.content:
        assert '<html lang="zh-hans">' in answer.content.decode()
