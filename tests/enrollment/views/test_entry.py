"""Wrong input gets one sentence at its place, and what was entered stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from enrollment.journey import State
from enrollment.models import Participant
from studysite.core.models import Act, Site, User
from tests.conftest import Enter

TODAY = timezone.localdate()
TOMORROW = TODAY + timedelta(days=1)
PERSON = {
    "screened_on": TODAY.isoformat(),
    "name": "张三",
    "hospital_number": "ZY-1",
    "birth_on": "1980-05-17",
    "sex": "male",
    "affected_side": "left",
    "onset": "2019",
}


@pytest.fixture
def signed_in(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"birth_on": TOMORROW.isoformat()}, "birth_on", "The birth date lies in the future."),
        ({"birth_on": "17.5.1980"}, "birth_on", "Enter a valid date."),
        ({"birth_on": "1880-01-01"}, "birth_on", "outside 1900"),
        ({"screened_on": TOMORROW.isoformat()}, "screened_on", "lies in the future"),
        ({"onset": "spring"}, "onset", "YYYY, YYYY-MM or YYYY-MM-DD"),
        ({"name": ""}, "name", "This field is required."),
        ({"affected_side": "top"}, "affected_side", "Select a valid choice"),
    ],
)
def test_wrong_screening_gets_one_sentence_and_keeps_the_input(
    signed_in: Client, site: Site, change: dict[str, str], field: str, sentence: str
) -> None:
    answer = signed_in.post("/participants/new/", {"site": site.pk} | PERSON | change)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert len(errors[field]) == 1
    assert sentence in errors[field][0]
    assert 'value="ZY-1"' in answer.content.decode()
    assert not Participant.objects.exists()


def test_nobody_is_screened_twice(signed_in: Client, site: Site) -> None:
    data = {"site": site.pk} | PERSON
    assert signed_in.post("/participants/new/", data).status_code == 302
    answer = signed_in.post("/participants/new/", data)
    assert answer.status_code == 409
    assert "already in the study" in answer.context["form"].errors["hospital_number"][0]
    assert Participant.objects.count() == 1


def test_nobody_is_screened_at_a_site_that_is_not_ones_own(
    signed_in: Client, other_site: Site, site: Site
) -> None:
    answer = signed_in.post("/participants/new/", {"site": other_site.pk} | PERSON)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["site"])


def test_consent_in_the_future_is_refused_at_its_date(signed_in: Client, enter: Enter) -> None:
    row = enter()
    signed = {"document_version": "1.0", "language": "en", "signed_on": TOMORROW.isoformat()}
    answer = signed_in.post(f"/participants/{row.number}/consent/", signed)
    assert answer.status_code == 422
    assert "future" in answer.context["form"].errors["signed_on"][0]


def test_a_version_that_is_signed_is_shown_and_not_asked_for_again(
    signed_in: Client, enter: Enter
) -> None:
    row = enter(State.CONSENTED)
    address = f"/participants/{row.number}/consent/"
    page = signed_in.get(address)
    assert page.context["form"] is None
    assert row.consents.get().signed_on.isoformat() in page.content.decode()
    signed = {"document_version": "1.0", "language": "en", "signed_on": TODAY.isoformat()}
    assert "already recorded" in signed_in.post(address, signed).content.decode()


def test_an_enrolment_is_confirmed_and_gives_a_reason(signed_in: Client, enter: Enter) -> None:
    row = enter(State.ELIGIBLE)
    answer = signed_in.post(f"/participants/{row.number}/enrol/", {"arm": "2d"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"reason", "confirmed"}
    row.refresh_from_db()
    assert row.state == State.ELIGIBLE


def test_an_enrolment_out_of_order_is_one_sentence_on_top(signed_in: Client, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    chosen = {"arm": "2d", "reason": "Scanner.", "confirmed": "on"}
    answer = signed_in.post(f"/participants/{row.number}/enrol/", chosen)
    assert answer.status_code == 409
    assert "Only an eligible participant can be enrolled." in answer.content.decode()


def test_leaving_is_recorded_with_what_may_stay(signed_in: Client, enter: Enter) -> None:
    row = enter(State.ENROLLED)
    said = {
        "kind": "lost",
        "on": TODAY.isoformat(),
        "decided_by": "investigator",
        "data_may_stay": "no",
        "reason": "No answer to five letters.",
    }
    assert signed_in.post(f"/participants/{row.number}/leave/", said).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.withdrawal.data_may_stay) == (State.LOST, False)
    assert (
        "No answer to five letters."
        in signed_in.get(f"/participants/{row.number}/").content.decode()
    )


def test_an_identity_is_shown_for_a_reason_and_not_kept_by_the_browser(
    signed_in: Client, enter: Enter
) -> None:
    row = enter()
    url = f"/participants/{row.number}/identity/"
    assert "Zhang" not in signed_in.get(url).content.decode()
    assert signed_in.post(url, {"reason": " "}).status_code == 422
    assert not Act.objects.filter(action="see_identity", outcome="done").exists()
    answer = signed_in.post(url, {"reason": "Letter to the patient."})
    assert "Zhang San 1" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert Act.objects.get(action="see_identity", outcome="done").reason == "Letter to the patient."
