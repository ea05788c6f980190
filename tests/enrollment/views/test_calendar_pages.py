"""The calendar, what is due and the log: constant in queries, and right at the edges."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollment.journey import State
from enrollment.models import Participant, Visit
from enrollment.services.forms import save_form
from studysite.core.models import User
from tests.conftest import Enter, days_ago
from tests.enrollment.services.test_stopping import EVENT


@pytest.fixture
def signed_in(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def event(row: Participant, by: User) -> None:
    save_form(
        by=by, participant=row, form="adverse_event", visit="log", answers=EVENT, seen_revision=0,
        submit=True,
    )  # fmt: skip


@pytest.mark.parametrize("url", ["/calendar/", "/due/", "/log/"])
def test_a_list_takes_as_many_queries_for_one_as_for_many(
    signed_in: Client, enter: Enter, coordinator: User, url: str
) -> None:
    event(enter(State.ENROLLED), coordinator)
    few = queries(signed_in, url)
    for _ in range(3):
        event(enter(State.ENROLLED), coordinator)
    assert queries(signed_in, url) == few


def test_a_day_with_many_shows_the_first_and_leads_to_the_rest(
    signed_in: Client, enter: Enter
) -> None:
    first = enter(State.CONSENTED)
    today = timezone.localdate()
    for number in range(8):
        Visit.objects.create(
            participant=first, key=f"unscheduled_{number + 1}", due_on=today, opens_on=today,
            closes_on=today,
        )  # fmt: skip
    page = signed_in.get("/calendar/").content.decode()
    assert "9 visits" in page
    assert "4 more" in page
    assert len(signed_in.get(f"/due/?on={today.isoformat()}").context["lines"]) == 9


@pytest.mark.parametrize("asked", ["2026-13", "x", "0000-01", "2026-02-03"])
def test_a_month_that_is_none_shows_this_one(signed_in: Client, asked: str) -> None:
    answer = signed_in.get("/calendar/", {"month": asked})
    assert answer.status_code == 200
    assert answer.context["first"] == timezone.localdate().replace(day=1)


def test_the_other_site_is_not_on_the_list(client: Client, enter: Enter, stranger: User) -> None:
    row = enter(State.ENROLLED)
    row.visits.update(opens_on=days_ago(9), due_on=days_ago(5), closes_on=days_ago(1))
    client.force_login(stranger)
    for url in ("/calendar/", "/due/", "/log/"):
        assert row.number not in client.get(url).content.decode()


def test_who_left_waits_for_nothing(signed_in: Client, enter: Enter) -> None:
    row = enter(State.LOST)
    assert row.number not in signed_in.get("/due/").content.decode()
