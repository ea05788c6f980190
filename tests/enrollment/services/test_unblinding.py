"""Telling an arm: one participant, a category, a reason, on a list for ever."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from enrollment.journey import State
from enrollment.models import Unblinding
from enrollment.services.unblinding import unblind, unblindings
from studysite.core.errors import Invalid, NotPermitted, OutOfOrder
from studysite.core.models import Act, Site, User
from studysite.core.roles import Role
from tests.conftest import Enter, person

SAID = {"category": "emergency", "told": "The ward's physician", "reason": "Anaphylaxis."}


def test_an_unblinding_is_listed_and_is_an_act(
    enter: Enter, investigator: User, monitor: User
) -> None:
    row = enter(State.ENROLLED)
    told = unblind(by=investigator, participant=row, **SAID)
    assert list(unblindings(monitor)) == [told]
    act = Act.objects.get(action="unblind")
    assert (act.subject, act.reason, act.by) == (row.number, "Anaphylaxis.", investigator)
    assert "2d" not in act.detail


@pytest.mark.parametrize(
    ("change", "field"),
    [({"category": "curious"}, "category"), ({"told": " "}, "told"), ({"reason": " "}, "reason")],
)
def test_category_whom_and_why_are_needed(
    enter: Enter, investigator: User, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        unblind(by=investigator, participant=enter(State.ENROLLED), **(SAID | change))
    assert refusal.value.field == field
    assert not Unblinding.objects.exists()


def test_without_an_arm_there_is_nothing_to_tell(enter: Enter, investigator: User) -> None:
    with pytest.raises(OutOfOrder):
        unblind(by=investigator, participant=enter(State.ELIGIBLE), **SAID)


def test_a_coordinator_unblinds_nobody(enter: Enter, coordinator: User) -> None:
    with pytest.raises(NotPermitted):
        unblind(by=coordinator, participant=enter(State.ENROLLED), **SAID)


def test_another_site_does_not_see_it(enter: Enter, investigator: User, other_site: Site) -> None:
    unblind(by=investigator, participant=enter(State.ENROLLED), **SAID)
    assert not unblindings(person(other_site, Role.MONITOR, "elsewhere")).exists()


def test_the_table_itself_wants_a_reason(enter: Enter, investigator: User) -> None:
    row = enter(State.ENROLLED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unblinding.objects.create(
            participant=row, category="emergency", told="x", reason="", by=investigator
        )


def test_the_page_shows_the_arm_once_it_is_said_why(
    enter: Enter, investigator: User, client: Client
) -> None:
    row = enter(State.ENROLLED, arm="3d")
    client.force_login(investigator)
    url = f"/participants/{row.number}/unblind/"
    assert "3D reconstruction" not in client.get(url).content.decode()
    assert client.post(url, SAID | {"reason": ""}).status_code == 422
    answer = client.post(url, SAID)
    assert "3D reconstruction" in answer.content.decode()
    listed = client.get("/unblindings/").content.decode()
    assert row.number in listed
    assert "3D reconstruction" not in listed
