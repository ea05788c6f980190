"""A monitor finds who changed a value, when and why; who is blinded finds nothing."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from enrollment import trail
from enrollment.journey import State
from enrollment.models import Participant
from enrollment.services import trail as trail_service
from enrollment.services.forms import save_form
from enrollment.services.trail import defused
from studysite.core.audit import sealing
from studysite.core.audit.verify import Checkpoint
from studysite.core.models import Act, AuditEvent, User
from tests.conftest import SAFE, Enter

WHY = "The scale was misread."


@pytest.fixture
def corrected(enter: Enter, coordinator: User) -> Participant:
    """Somebody whose weight was entered and then put right."""
    row = enter(State.CONSENTED)
    for revision, weight in enumerate((64.5, 66.5)):
        save_form(
            by=coordinator,
            participant=row,
            form="mri_safety",
            visit="screening",
            answers=SAFE | {"weight_kg": weight},
            seen_revision=revision,
            submit=True,
            reason=WHY if revision else "",
        )
    return row


def weighed(row: Participant) -> int:
    """The key of the form with the weight."""
    return row.entries.get(form="mri_safety").pk


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(user: User, path: str) -> str:
    answer = client_of(user).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_value_has_its_history_one_click_from_the_form(
    corrected: Participant, monitor: User
) -> None:
    form = f"/participants/{corrected.number}/visits/screening/mri_safety/"
    path = f"/participants/{corrected.number}/values/{weighed(corrected)}/weight_kg/"
    assert f'href="{path}"' in text_of(monitor, form)
    page = text_of(monitor, path)
    assert WHY in page
    assert page.index("66.5") < page.rindex("64.5")
    assert "Coordinator" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("subject={number}", True),
        ("subject=XA-999", False),
        ("form=mri_safety&item=weight_kg", True),
        ("form=mri_safety&item=pacemaker&person=coordinator&subject={number}", True),
        ("form=demographics", False),
        ("person=coordinator", True),
        ("person=nobody", False),
        ("action=enter_form", True),
        ("action=lock", False),
        ("since=2020-01-01", True),
        ("since=2099-01-01", False),
        ("until=2020-01-01", False),
        ("until=2099-01-01", True),
    ],
)
def test_the_trail_is_narrowed(
    corrected: Participant, monitor: User, query: str, found: bool
) -> None:
    page = text_of(monitor, f"/audit/?{query.format(number=corrected.number)}")
    assert ("enrollment_formentry" in page) is found


def test_an_item_that_did_not_change_is_left_out(corrected: Participant, monitor: User) -> None:
    """The first entry of both, and the change of one."""
    weight = text_of(monitor, "/audit/?form=mri_safety&item=weight_kg")
    pacemaker = text_of(monitor, "/audit/?form=mri_safety&item=pacemaker")
    assert weight.count("enrollment_formentry") == pacemaker.count("enrollment_formentry") + 1


def test_the_pages_go_on_below_the_last_event(
    corrected: Participant, monitor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    newest = AuditEvent.objects.exclude(op="schema").order_by("-seq")
    seen = client_of(monitor).get("/audit/").context
    assert [line["event"].seq for line in seen["lines"]] == [e.seq for e in newest[:50]]
    following = seen["following"]
    older = client_of(monitor).get(f"/audit/?before={following}").context
    assert older["lines"][0]["event"].seq == newest.filter(seq__lt=following)[0].seq


def test_the_number_of_queries_is_the_same_for_any_page(
    corrected: Participant, monitor: User, enter: Enter, django_assert_max_num_queries: Any
) -> None:
    client = client_of(monitor)
    client.get("/audit/")
    with django_assert_max_num_queries(16):
        client.get("/audit/?since=2020-01-01&until=2099-01-01&form=mri_safety&item=weight_kg")


def test_a_day_that_is_none_is_a_sentence(monitor: User) -> None:
    answer = client_of(monitor).get("/audit/?since=yesterday&item=a'b")
    assert answer.status_code == 422


def test_another_site_sees_none_of_it(
    corrected: Participant, other_site: Any, stranger: User
) -> None:
    stranger.memberships.update(role="monitor")
    page = text_of(stranger, "/audit/")
    assert corrected.number not in page
    assert WHY not in page
    assert trail.events(stranger, trail.Asked(person="coordinator")).count() == 0
    path = f"/participants/{corrected.number}/values/{weighed(corrected)}/weight_kg/"
    assert client_of(stranger).get(path).status_code == 404


@pytest.mark.parametrize("role", ["reader", "analyst", "coordinator", "administrator"])
@pytest.mark.parametrize("path", ["/audit/", "/audit/checkpoint/"])
def test_who_is_blinded_sees_no_trail(role: str, path: str, request: Any) -> None:
    user = request.getfixturevalue(role)
    answer = client_of(user).get(path)
    assert answer.status_code == 403
    assert b"/audit/" not in client_of(user).get("/").content


def test_a_review_is_on_record(corrected: Participant, monitor: User) -> None:
    body = {"subject": corrected.number, "remark": "Weights looked at."}
    assert client_of(monitor).post("/audit/reviews/", body).status_code == 302
    act = Act.objects.get(action="review_audit")
    assert (act.by, act.subject) == (monitor, corrected.number)
    assert "Weights looked at." in text_of(monitor, "/audit/")


def test_a_review_at_another_site_is_not_told(
    corrected: Participant, monitor: User, stranger: User
) -> None:
    stranger.memberships.update(role="monitor")
    client_of(monitor).post("/audit/reviews/", {"subject": corrected.number})
    assert corrected.number not in text_of(stranger, "/audit/")


def test_an_investigator_does_not_review(corrected: Participant, investigator: User) -> None:
    assert "Record this review" not in text_of(investigator, "/audit/")
    assert client_of(investigator).post("/audit/reviews/", {}).status_code == 403


def test_an_export_names_the_checkpoint_and_is_on_record(
    corrected: Participant, data_manager: User
) -> None:
    point = sealing.seal()
    assert point is not None
    answer = client_of(data_manager).post("/audit/export/", {"subject": corrected.number})
    lines = list(csv.reader(answer.getvalue().decode().splitlines()))
    assert lines[0][0] == "checkpoint"
    assert point.root in lines[0][1]
    assert lines[1][0] == "seq"
    assert {line[13] for line in lines[2:]} == {corrected.number}
    assert Act.objects.filter(action="review_audit", by=data_manager).exists()


def test_an_export_goes_out_bit_by_bit_and_misses_nothing(
    corrected: Participant, data_manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_service, "AT_ONCE", 3)
    answer = client_of(data_manager).post("/audit/export/", {"subject": corrected.number})
    assert answer.streaming
    lines = list(csv.reader(answer.getvalue().decode().splitlines()))[2:]
    kept = trail.events(data_manager, trail.Asked(subject=corrected.number))
    seqs = [int(line[0]) for line in lines]
    assert seqs == [event.seq for event in kept.filter(seq__lte=seqs[0])]
    assert len(seqs) > 6


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_formula_is_no_formula_any_more(text: str) -> None:
    assert defused(text) == f"'{text}"


def test_the_checkpoint_can_be_kept(corrected: Participant, monitor: User) -> None:
    assert client_of(monitor).get("/audit/checkpoint/").status_code == 404
    point = sealing.seal()
    kept = Checkpoint.from_text(text_of(monitor, "/audit/checkpoint/"))
    assert kept == point
    assert kept.is_signed_by(sealing.public_key())
