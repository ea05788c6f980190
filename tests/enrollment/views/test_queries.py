"""The pages of queries."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.journey import State
from enrollment.models import Participant, Query
from enrollment.places import of_item, of_visit
from enrollment.query_urls import urlpatterns
from enrollment.services.forms import save_form
from enrollment.services.queries import answer_query, open_query
from studysite.core.models import Site, User
from studysite.core.roles import POLICY, Action, Role
from tests.conftest import SAFE, Enter, person

ITEM = of_item("screening", "mri_safety", "pacemaker")
FORM = ("screening", "mri_safety")


@pytest.fixture
def row(enter: Enter) -> Participant:
    return enter(State.ENROLLED)


@pytest.fixture
def query(row: Participant, monitor: User) -> Query:
    return open_query(by=monitor, participant=row, place=ITEM, text="The letter says yes.")


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def new_url(number: str, **place: str) -> str:
    return f"{reverse('queries:new', args=[number])}?{urlencode(place)}"


def test_the_pages_open_for_the_roles_of_their_action_at_that_site_alone(
    query: Query, row: Participant, site: Site, other_site: Site
) -> None:
    pages = {
        "queries": (Action.SEE_QUERIES, reverse("queries:queries"), 200),
        "query": (Action.SEE_QUERIES, reverse("queries:query", args=[query.pk]), 404),
        "new": (Action.OPEN_QUERY, new_url(row.number, kind="visit", visit="baseline"), 404),
    }
    assert {pattern.name for pattern in urlpatterns} == set(pages)
    for role in Role:
        here, there = person(site, role, f"h_{role}"), person(other_site, role, f"t_{role}")
        for name, (action, url, elsewhere) in pages.items():
            known = 404 if (name, role) == ("query", Role.ANALYST) else 200
            due = known if role in POLICY[action] else 403
            assert as_user(here).get(url).status_code == due, (role, name)
            due = elsewhere if role in POLICY[action] else 403
            assert as_user(there).get(url).status_code == due, (role, name)


def test_a_monitor_asks_about_a_visit_where_the_visits_are(
    row: Participant, monitor: User, coordinator: User
) -> None:
    page = reverse("enrollment:participant", args=[row.number])
    ask = new_url(row.number, kind="visit", visit="baseline")
    assert ask.replace("&", "&amp;") in as_user(monitor).get(page).content.decode()
    assert "kind=visit" not in as_user(coordinator).get(page).content.decode()


def test_a_monitor_asks_at_the_item_and_a_coordinator_answers_there(
    row: Participant, monitor: User, coordinator: User
) -> None:
    form = reverse("enrollment:form", args=[row.number, *FORM])
    page = as_user(monitor).get(form).content.decode()
    ask = new_url(row.number, kind="item", visit="screening", form="mri_safety", name="pacemaker")
    assert ask.replace("&", "&amp;") in page
    answer = as_user(monitor).post(ask, {"text": "Really none?", "assignee": "coordinator"})
    query = Query.objects.get()
    url = reverse("queries:query", args=[query.pk])
    assert answer["Location"] == url
    assert url in as_user(coordinator).get(form).content.decode()
    assert url in as_user(coordinator).get("/").content.decode()
    assert as_user(coordinator).post(url, {"act": "answer", "text": "None."}).status_code == 302
    assert "Really none?" in as_user(monitor).get(reverse("queries:queries")).content.decode()
    assert as_user(monitor).post(url, {"act": "close", "text": ""}).status_code == 302
    query.refresh_from_db()
    assert query.state == "closed"


def test_a_refusal_stays_on_the_page_with_what_was_written(
    query: Query, monitor: User, coordinator: User
) -> None:
    url = reverse("queries:query", args=[query.pk])
    answer = as_user(coordinator).post(url, {"act": "answer", "text": " "})
    assert (answer.status_code, "Write something." in answer.content.decode()) == (422, True)
    answer_query(by=coordinator, query=query, text="None.")
    answer = as_user(coordinator).post(url, {"act": "answer", "text": "In a second tab."})
    assert answer.status_code == 409
    assert "answered already" in answer.content.decode()
    assert "In a second tab." in answer.content.decode()
    assert as_user(coordinator).post(url, {"act": "close", "text": "x"}).status_code == 403
    assert as_user(monitor).post(url, {"act": "burn"}).status_code == 404


def test_a_query_is_assigned_on_its_page(query: Query, monitor: User, investigator: User) -> None:
    url = reverse("queries:query", args=[query.pk])
    chosen = f"investigator:{investigator.pk}"
    assert as_user(monitor).post(url, {"act": "assign", "assignee": chosen}).status_code == 302
    query.refresh_from_db()
    assert query.assigned_to == investigator
    answer = as_user(monitor).post(url, {"act": "assign", "assignee": "reader"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "place",
    [
        {"kind": "item", "visit": "screening", "form": "mri_safety", "name": "nothing"},
        {"kind": "visit", "visit": "never"},
        {"kind": "galaxy"},
        {"kind": "form", "visit": "screening", "form": "mri_safety", "repeat": "-1"},
    ],
)
def test_a_place_that_is_not_there_is_not_asked_about(
    place: dict[str, str], row: Participant, monitor: User
) -> None:
    assert as_user(monitor).get(new_url(row.number, **place)).status_code == 404


def test_the_list_tells_an_empty_study_from_an_empty_filter(monitor: User) -> None:
    page = as_user(monitor).get(reverse("queries:queries")).content.decode()
    assert "Every question about the data is settled." in page
    page = as_user(monitor).get(reverse("queries:queries"), {"state": "closed"}).content.decode()
    assert "matches the filter" in page


def test_both_languages_say_what_a_check_asks(
    row: Participant, data_manager: User, coordinator: User
) -> None:
    save_form(
        by=coordinator, participant=row, form="mri_safety", visit="screening",
        answers=SAFE | {"weight_kg": 180}, seen_revision=1, submit=True, reason="Weighed again.",
        remarks={"weight_kg.unlikely_outside": "Weighed twice."},
    )  # fmt: skip
    query = Query.objects.get()
    assert (query.state, query.origin) == ("answered", "automatic")
    url = reverse("queries:query", args=[query.pk])
    page = as_user(data_manager).get(url).content.decode()
    assert "This is unlikely: outside 35 to 150." in page
    assert "Weighed twice." in page
    assert "180 kg" in page
    chinese = as_user(data_manager).get(url, headers={"accept-language": "zh-hans"})
    assert "35" in chinese.content.decode()
    assert "This is unlikely" not in chinese.content.decode()


def test_the_list_takes_as_many_queries_for_forty_rows_as_for_one(
    query: Query, row: Participant, monitor: User
) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert as_user(monitor).get(reverse("queries:queries")).status_code == 200
        return len(captured)

    one = count()
    for _more in range(39):
        open_query(by=monitor, participant=row, place=of_visit("baseline"), text="Which day?")
    assert count() == one
