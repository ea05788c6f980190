"""The page of the criteria."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from enrollment.eligibility import Decision, Verdict
from enrollment.journey import State
from enrollment.models import Participant
from enrollment.services.eligibility import criteria_of
from enrollment.views import eligibility as views
from studysite.core.models import User
from tests.conftest import Enter


@pytest.fixture
def signed_in(client: Client, investigator: User) -> Client:
    client.force_login(investigator)
    return client


def seen(client: Client, row: Participant) -> int:
    page = client.get(f"/participants/{row.number}/eligibility/")
    return int(page.context["judging"].initial["seen"])


def verdict_of(row: Participant, key: str) -> Verdict:
    return {item.criterion.key: item.verdict for item in criteria_of(row)}[key]


def test_all_thirteen_criteria_are_there_and_eight_can_be_judged(
    signed_in: Client, enter: Enter
) -> None:
    row = enter(State.CONSENTED)
    page = signed_in.get(f"/participants/{row.number}/eligibility/")
    lines = page.context["judging"].lines()
    assert len(lines) == 13
    assert sum(verdict is not None for _row, verdict, _evidence in lines) == 8
    assert "46 years of age at consent." not in page.context["judging"].errors


@pytest.mark.parametrize(
    ("judged", "filled"), [(False, "Save the verdicts"), (True, "Confirm eligibility")]
)
def test_one_button_is_filled_and_it_is_what_to_do_next(
    signed_in: Client, enter: Enter, monkeypatch: pytest.MonkeyPatch, judged: bool, filled: str
) -> None:
    row = enter(State.CONSENTED)
    unknown = () if judged else ("I1",)
    monkeypatch.setattr(views, "decision_on", lambda row: Decision((), unknown))
    page = signed_in.get(f"/participants/{row.number}/eligibility/").content.decode()
    assert re.findall(r'btn-primary" type="submit">([^<]+)<', page) == [filled]


def test_a_coordinator_reads_the_criteria_without_judging(
    client: Client, enter: Enter, coordinator: User
) -> None:
    row = enter(State.CONSENTED)
    client.force_login(coordinator)
    page = client.get(f"/participants/{row.number}/eligibility/")
    assert not page.context["may_judge"]
    assert b"Save the verdicts" not in page.content
    said = {"seen": "999", "verdict_I1": "met", "evidence_I1": "x"}
    assert client.post(f"/participants/{row.number}/eligibility/", said).status_code == 403
    assert verdict_of(row, "I1") is Verdict.UNKNOWN


def test_a_verdict_without_evidence_is_refused_at_its_criterion(
    signed_in: Client, enter: Enter
) -> None:
    row = enter(State.CONSENTED)
    said = {
        "seen": seen(signed_in, row),
        "verdict_I1": "met",
        "evidence_I1": "Letter.",
        "verdict_I3": "met",
    }
    answer = signed_in.post(f"/participants/{row.number}/eligibility/", said)
    assert answer.status_code == 422
    assert list(answer.context["judging"].errors) == ["evidence_I3"]
    assert "Letter." in answer.content.decode()
    assert verdict_of(row, "I1") is Verdict.UNKNOWN


def test_a_second_tab_is_told_and_may_then_save(signed_in: Client, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    url = f"/participants/{row.number}/eligibility/"
    early = seen(signed_in, row)
    first = {"seen": early, "verdict_I1": "met", "evidence_I1": "Letter."}
    assert signed_in.post(url, first).status_code == 302
    second = {"seen": early, "verdict_I1": "not_met", "evidence_I1": "A tic."}
    answer = signed_in.post(url, second)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "judged meanwhile" in page
    assert "Letter." in page
    assert "A tic." in page
    assert verdict_of(row, "I1") is Verdict.MET
    again = second | {"seen": answer.context["judging"].data["seen"]}
    assert signed_in.post(url, again).status_code == 302
    assert verdict_of(row, "I1") is Verdict.NOT_MET


def test_eligibility_is_refused_with_the_criteria_in_the_way(
    signed_in: Client, enter: Enter
) -> None:
    row = enter(State.CONSENTED)
    answer = signed_in.post(f"/participants/{row.number}/eligibility/confirm/")
    assert answer.status_code == 409
    assert "XA-001 is not eligible (unknown: I1, I3" in answer.content.decode()


def test_a_screen_failure_needs_its_reason_on_the_page(signed_in: Client, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    url = f"/participants/{row.number}/eligibility/failure/"
    answer = signed_in.post(url, {"reason": ""})
    assert (answer.status_code, list(answer.context["failing"].errors)) == (422, ["reason"])
    assert signed_in.post(url, {"reason": "Declined."}).status_code == 302
    row.refresh_from_db()
    assert row.state == State.SCREEN_FAILED


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30])
def test_a_broken_hidden_number_is_no_server_error(
    signed_in: Client, enter: Enter, number: str
) -> None:
    row = enter(State.CONSENTED)
    said = {"seen": number, "verdict_I1": "met", "evidence_I1": "Letter."}
    answer = signed_in.post(f"/participants/{row.number}/eligibility/", said)
    assert answer.status_code in {302, 409, 422}
