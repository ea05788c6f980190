"""What is mine to do now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reports import worklist
from reports.models import Document
from reports.services.case_summary import ask_case_summary
from reports.services.signing import sign_case
from reports.views import worklist as view
from studysite.core.models import JobState
from studysite.core.roles import Action
from studysite.core.worklist import WorkItem
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def opened(client: Client, user) -> str:
    client.force_login(user)
    return client.get("/").content.decode()


def titles(user) -> list[str]:
    return [item.title for item in worklist.items(user)]


def test_a_case_waits_for_its_investigator(finished, cast):
    assert titles(cast.investigator) == ["Sign a case"]
    assert titles(cast.data_manager) == []


def test_a_signed_case_waits_for_its_lock(finished, cast):
    sign(finished, cast)
    assert titles(cast.investigator) == []
    assert titles(cast.data_manager) == ["Lock a case"]


def test_a_case_changed_after_signing_waits_to_be_signed_again(finished, cast):
    sign(finished, cast)
    finished.entries.filter(form="severity").update(answers={})
    assert titles(cast.investigator) == ["Sign a case again"]
    assert titles(cast.data_manager) == []


def test_a_failed_document_waits_for_those_who_make_them(finished, cast):
    document = ask_case_summary(by=cast.investigator, participant=finished, language="en")
    jobs = type(document.job).objects.filter(pk=document.job.pk)
    jobs.update(state=JobState.FAILED, finished_at=timezone.now(), message="No paper.")
    items = worklist.items(cast.data_manager)
    assert [(item.title, item.detail) for item in items] == [
        ("Look at a document that failed", "No paper.")
    ]


def test_another_site_has_none_of_it(finished):
    other = factory.make_cast("XB")
    assert titles(other.investigator) == []


def test_a_document_that_is_ready_is_offered_to_who_asked(finished, cast, client):
    document = ask_case_summary(by=cast.investigator, participant=finished, language="en")
    Document.objects.update(state="made", made_at=timezone.now(), sha256="ab")
    assert f"/documents/{document.pk}/" in opened(client, cast.investigator)
    assert f"/documents/{document.pk}/" not in opened(client, cast.data_manager)


@pytest.mark.parametrize("role", ["coordinator", "reader", "analyst", "monitor", "data_manager"])
def test_nothing_to_do_is_said_in_words(cast, client, role):
    assert "Nothing waits for you" in opened(client, getattr(cast, role))


def test_the_page_leads_to_the_case(finished, cast, client):
    page = opened(client, cast.investigator)
    assert "Sign a case" in page
    assert f'href="/participants/{finished.number}/sign/"' in page


def test_a_stranger_signs_in_first(client, db):
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "1 day"), (40, "40 days")])
def test_age_is_told_in_whole_days(days, words):
    since = timezone.now() - timedelta(days=days)
    item = WorkItem("Title", "", "/", "XA-001", since, Action.SIGN_CASE)
    assert view._age(item) == words


def test_late_kinds_come_first_then_the_oldest(cast, monkeypatch):
    now = timezone.now()

    def item(title: str, days: int, *, overdue: bool = False) -> WorkItem:
        since = now - timedelta(days=days)
        return WorkItem(title, "", "/", title, since, Action.SIGN_CASE, overdue)

    found = [item("new", 1), item("old", 9), item("late", 2, overdue=True), item("new", 5)]
    monkeypatch.setattr(view.cases, "items", lambda _user: found)
    groups = view._groups(cast.monitor)
    assert [(group.title, len(group.waiting)) for group in groups] == [
        ("late", 1),
        ("old", 1),
        ("new", 2),
    ]
    assert [row.age for row in groups[2].waiting] == ["5 days", "1 day"]


def sign(participant, cast) -> None:
    sign_case(
        by=cast.investigator,
        participant=participant,
        password=factory.PASSWORD,
        meaning="Reviewed and approved",
    )
