"""Case report forms in the browser."""

from __future__ import annotations

import pytest
from django.test import Client

from enrollment.journey import State
from enrollment.models import FormEntry, Participant
from studysite.core.models import User
from tests.conftest import HISTORY, SAFE, Enter, leave


@pytest.fixture
def signed_in(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def url(row: Participant, visit: str = "screening", form: str = "mri_safety") -> str:
    return f"/participants/{row.number}/visits/{visit}/{form}/"


def send(
    answers: dict[str, object], act: str = "submit", seen: int = 0, **more: str
) -> dict[str, object]:
    return {**answers, "act": act, "seen_revision": str(seen), **more}


def test_a_draft_may_have_gaps_and_stays_open(signed_in: Client, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    answer = signed_in.post(url(row), send({"pacemaker": "no", "weight_kg": "64.5"}, "draft"))
    assert answer["Location"] == url(row)
    assert FormEntry.objects.get().answers == {"pacemaker": "no", "weight_kg": 64.5}
    assert 'value="64.5"' in signed_in.get(url(row)).content.decode()


def test_each_gap_of_a_submission_gets_its_sentence(signed_in: Client, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    answer = signed_in.post(url(row), send({"pacemaker": "no", "weight_kg": "900"}))
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"metal_implant", "claustrophobia", "pregnancy_test", "weight_kg"}
    assert errors["weight_kg"] == ["This lies outside 25 to 250."]
    assert 'value="900"' in answer.content.decode()
    assert not FormEntry.objects.exists()


@pytest.mark.parametrize("weight", ["heavy", "nan", "inf", "1e400"])
def test_what_is_no_number_is_told_so(signed_in: Client, enter: Enter, weight: str) -> None:
    row = enter(State.CONSENTED)
    answer = signed_in.post(url(row), send(SAFE | {"weight_kg": weight}))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["weight_kg"]


def test_a_question_opens_with_its_condition_without_script(
    signed_in: Client, enter: Enter
) -> None:
    row = enter(State.CONSENTED)
    closed = signed_in.get(url(row)).context["form"].questions()
    assert [question.asked for question in closed if question.gate] == [False]
    said = SAFE | {"metal_implant": "yes"}
    answer = signed_in.post(url(row), send(said))
    assert list(answer.context["form"].errors) == ["implant_description"]
    opened = answer.context["form"].questions()
    assert all(question.asked for question in opened)


def test_an_answer_whose_condition_was_taken_back_is_left_out(
    signed_in: Client, enter: Enter, client: Client, investigator: User
) -> None:
    row = enter(State.ENROLLED)
    client.force_login(investigator)
    stale = {"operated": "no", "compression": "yes", "vessel": "vein", "surgeon": "Liu"}
    answer = client.post(url(row, "surgery", "surgical_finding"), send(stale))
    assert answer.status_code == 302
    assert FormEntry.objects.get(form="surgical_finding").answers == {"operated": "no"}


def test_a_submitted_form_is_changed_with_a_reason(signed_in: Client, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    assert signed_in.post(url(row), send(SAFE)).status_code == 302
    page = signed_in.get(url(row)).content.decode()
    assert 'value="draft"' not in page
    heavier = SAFE | {"weight_kg": "70"}
    answer = signed_in.post(url(row), send(heavier, seen=1))
    assert answer.context["form"].errors["reason"] == ["Changing a submitted form needs a reason."]
    answer = signed_in.post(url(row), send(heavier, seen=1, reason="Misread the scale."))
    assert answer.status_code == 302
    history = signed_in.get(f"{url(row)}history/").content.decode()
    assert "Misread the scale." in history
    assert "64.5" in history
    assert "70" in history


def test_a_second_tab_sees_both_and_may_then_save(signed_in: Client, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    signed_in.post(url(row), send({"pacemaker": "no", "weight_kg": "60"}, "draft"))
    mine = {"pacemaker": "no", "weight_kg": "61"}
    answer = signed_in.post(url(row), send(mine, "draft"))
    assert answer.status_code == 409
    (changed,) = answer.context["changed"]
    assert (changed.question, changed.before, changed.after) == ("Weight", "60", "61")
    assert "changed meanwhile (revision 1)" in answer.content.decode()
    assert FormEntry.objects.get().answers["weight_kg"] == 60
    seen = int(answer.context["form"].data["seen_revision"])
    assert signed_in.post(url(row), send(mine, "draft", seen)).status_code == 302
    assert FormEntry.objects.get().answers["weight_kg"] == 61


def test_a_tab_left_open_over_a_submission_is_asked_for_a_reason(
    signed_in: Client, enter: Enter
) -> None:
    row = enter(State.CONSENTED)
    signed_in.post(url(row), send(SAFE))
    answer = signed_in.post(url(row), send(SAFE | {"weight_kg": "61"}))
    assert answer.status_code == 409
    assert "reason" in answer.context["form"].fields


def test_data_before_consent_are_refused_with_a_sentence(signed_in: Client, enter: Enter) -> None:
    row = enter()
    answer = signed_in.post(url(row, form="demographics"), send(HISTORY))
    assert answer.status_code == 409
    assert "has not consented" in answer.content.decode()


@pytest.mark.parametrize("role", ["monitor", "data_manager"])
def test_those_who_only_read_cannot_write(
    request: pytest.FixtureRequest, client: Client, enter: Enter, role: str
) -> None:
    row = enter(State.ENROLLED)
    client.force_login(request.getfixturevalue(role))
    page = client.get(url(row))
    assert "data-form" not in page.content.decode()
    assert "64.5" in page.content.decode()
    assert client.post(url(row), send(SAFE, seen=1)).status_code == 403


def test_a_coordinator_reads_the_surgical_finding_only(signed_in: Client, enter: Enter) -> None:
    row = enter(State.ENROLLED)
    page = url(row, "surgery", "surgical_finding")
    assert not signed_in.get(page).context["editable"]
    assert signed_in.post(page, send({"operated": "no"})).status_code == 403


def test_a_closed_record_is_read_only(signed_in: Client, enter: Enter) -> None:
    row = enter(State.LOCKED)
    assert not signed_in.get(url(row)).context["editable"]
    answer = signed_in.post(url(row), send(SAFE, seen=1))
    assert answer.status_code == 409


@pytest.mark.parametrize("act", ["submit", "draft", "autosave"])
def test_a_form_opened_before_a_withdrawal_is_answered_with_a_sentence(
    signed_in: Client, enter: Enter, coordinator: User, act: str
) -> None:
    row = enter(State.ENROLLED)
    page = url(row, "baseline", "severity")
    assert signed_in.get(page).context["editable"]
    leave(row, coordinator, "withdrawn")
    answer = signed_in.post(page, send({"hfs_side": "left"}, act))
    told = f"The record of {row.number} is closed (Withdrawn)."
    assert told in answer.content.decode()
    assert answer.status_code == (200 if act == "autosave" else 409)
    assert not FormEntry.objects.filter(form="severity").exists()


def test_a_broken_revision_number_is_no_server_error(signed_in: Client, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    for seen in ("", "x", "-1", "99999999999999999999"):
        answer = signed_in.post(url(row), {**SAFE, "act": "submit", "seen_revision": seen})
        assert answer.status_code in {409, 422}
