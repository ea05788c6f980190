"""The pages of source data verification."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.journey import State
from enrollment.models import Participant, Verification
from enrollment.verification_urls import urlpatterns
from studysite.core.models import Site, User
from studysite.core.roles import POLICY, Action, Role
from tests.conftest import Enter, person


@pytest.fixture
def row(enter: Enter) -> Participant:
    return enter(State.ENROLLED)


@pytest.fixture
def url(row: Participant) -> str:
    return reverse("verification:form", args=[row.number, "screening", "mri_safety"])


def as_user(user: User, **more: str) -> Client:
    client = Client(headers=more)
    client.force_login(user)
    return client


def test_the_pages_open_for_the_roles_of_their_action_at_that_site_alone(
    url: str, site: Site, other_site: Site
) -> None:
    pages = {"overview": (reverse("verification:overview"), 200), "form": (url, 404)}
    assert {pattern.name for pattern in urlpatterns} == set(pages)
    for role in Role:
        here, there = person(site, role, f"h_{role}"), person(other_site, role, f"t_{role}")
        for name, (page, elsewhere) in pages.items():
            allowed = role in POLICY[Action.SEE_VERIFICATION]
            assert as_user(here).get(page).status_code == (200 if allowed else 403), (role, name)
            due = elsewhere if allowed else 403
            assert as_user(there).get(page).status_code == due, (role, name)


def test_one_line_is_verified_without_leaving_the_page(url: str, monitor: User) -> None:
    client = as_user(monitor)
    given = {"act": "item", "item": "weight_kg", "seen_revision": "1"}
    line = client.post(url, given, headers={"hx-request": "true"}).content.decode()
    assert 'id="line-weight_kg"' in line
    assert 'data-state="verified"' in line
    assert "<html" not in line
    assert Verification.objects.get().item == "weight_kg"


def test_the_form_and_the_visit_are_verified_by_a_button(url: str, monitor: User) -> None:
    client = as_user(monitor)
    answer = client.post(url, {"act": "form", "seen_revision": "1"}, follow=True)
    assert "5 answers verified." in answer.content.decode()
    assert client.post(url, {"act": "visit"}).status_code == 302
    assert set(Verification.objects.values_list("form", flat=True)) == {
        "mri_safety", "demographics",
    }  # fmt: skip


def test_a_data_manager_looks_and_does_not_verify(url: str, data_manager: User) -> None:
    client = as_user(data_manager)
    assert "hx-post" not in client.get(url).content.decode()
    assert client.post(url, {"act": "form"}).status_code == 403
    assert not Verification.objects.exists()


def test_a_change_shows_its_pair_in_both_languages(
    url: str, row: Participant, monitor: User
) -> None:
    as_user(monitor).post(url, {"act": "item", "item": "weight_kg", "seen_revision": "1"})
    entry = row.entries.get(form="mri_safety")
    entry.answers = entry.answers | {"weight_kg": 70.0}
    entry.save()
    assert "64.5 verified → now 70" in as_user(monitor).get(url).content.decode()
    chinese = as_user(monitor, **{"accept-language": "zh-hans"}).get(url).content.decode()
    assert "核查时 64.5 → 现为 70" in chinese


def test_a_verification_is_taken_back_on_the_page(url: str, monitor: User) -> None:
    client = as_user(monitor)
    client.post(url, {"act": "item", "item": "weight_kg", "seen_revision": "1"})
    given = {"act": "undo", "item": "weight_kg"}
    assert client.post(url, given).status_code == 422
    assert client.post(url, given | {"reason": "Wrong letter."}).status_code == 302
    assert "Wrong letter." in client.get(url).content.decode()


def test_a_form_that_nobody_submitted_says_so(row: Participant, monitor: User) -> None:
    page = reverse("verification:form", args=[row.number, "baseline", "severity"])
    assert "Only submitted forms are verified." in as_user(monitor).get(page).content.decode()
    assert as_user(monitor).post(page, {"act": "form"}).status_code == 409


def test_an_act_that_is_not_there_is_not_done(url: str, monitor: User) -> None:
    assert as_user(monitor).post(url, {"act": "burn"}).status_code == 404
