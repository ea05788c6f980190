"""What cannot be right is refused in a sentence; nothing that comes in breaks the server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from enrollment.journey import State
from enrollment.models import FormEntry, Participant
from studysite.core.models import User
from tests.api.calls import ROOT, call, client_of, got
from tests.conftest import SAFE, Enter

SCREENING = {
    "name": "Zhang San",
    "hospital_number": "H-1",
    "birth_on": "1980-05-17",
    "sex": "female",
    "affected_side": "left",
    "screened_on": "2026-01-05",
}
HUGE = "9" * 300


def send(user: User, path: str, content: Any, kind: str = "application/json") -> Any:
    """Bytes as they are."""
    return client_of(user).generic("POST", ROOT + path, content, content_type=kind)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[1, 2]",
        b'"text"',
        b"null",
        b'{"x": "' + b"a" * (2**21) + b'"}',
    ],
    ids=[
        "cut", "empty", "no text", "deep", "nan", "infinite", "half a character",
        "half a character's name", "5,000 digits", "list", "text", "null", "too large",
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_in_a_sentence(content: bytes, coordinator: User) -> None:
    answer = send(coordinator, "participants/", content)
    assert answer.status_code == 400
    assert set(answer.json()) >= {"code", "detail", "field"}
    assert answer.json()["detail"].endswith(".")
    assert not Participant.objects.exists()


def test_a_request_that_is_too_large_says_so(coordinator: User) -> None:
    content = json.dumps(SCREENING | {"name": "a" * 2**21})
    answer = send(coordinator, "participants/", content)
    assert answer.json()["detail"] == "The request is larger than this address takes."


def test_an_item_that_no_form_has_is_told(coordinator: User, enter: Enter) -> None:
    refused = save(coordinator, enter(State.CONSENTED), SAFE | {"\u0000": "no"})
    assert (refused.status_code, refused.json()["field"]) == (422, "\u0000")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "no type"])
def test_another_format_is_refused(kind: str, coordinator: User) -> None:
    answer = send(coordinator, "participants/", json.dumps(SCREENING), kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"birth_on": "2999-01-01"}, 422, "birth_on"),
        ({"birth_on": "17 May"}, 400, "birth_on"),
        ({"birth_on": 5}, 400, "birth_on"),
        ({"sex": "unsure"}, 400, "sex"),
        ({"sex": ["female"]}, 400, "sex"),
        ({"sex": {}}, 400, "sex"),
        ({"name": None}, 400, "name"),
        ({"name": {"first": "San"}}, 400, "name"),
        ({"name": "nul\x00"}, 400, "name"),
        ({"name": "x" * 201}, 400, "name"),
        ({"onset": "someday"}, 422, "onset"),
        ({"onset": "2019-13"}, 422, "onset"),
        ({"site": "NOWHERE"}, 404, "site"),
        ({"nickname": "San"}, 400, "nickname"),
    ],
)
def test_a_screening_that_cannot_be_right_names_its_field(
    change: dict[str, Any], status: int, field: str, coordinator: User
) -> None:
    answer = call(coordinator, "POST", "participants/", SCREENING | change)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert answer.json()["detail"]
    assert not Participant.objects.exists()


def test_a_missing_field_is_asked_for(coordinator: User) -> None:
    answer = call(coordinator, "POST", "participants/", {})
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(SCREENING)


@pytest.mark.parametrize(
    "path",
    [
        "participants/XA-999/", "participants/%00/", f"participants/{HUGE}/", "forms/none/",
        f"series/{HUGE}/", f"scans/?participant={HUGE[:16]}", f"held/{HUGE}/", "held/0/",
        f"documents/{HUGE}/", f"documents/{HUGE}/file/", f"measurements/{HUGE}/",
        "jobs/00000000-0000-0000-0000-000000000000/", "series/?participant=XA-999",
        f"measurements/{HUGE}/pictures/left/x.png",
    ],
)  # fmt: skip
def test_an_unknown_id_is_not_there(path: str, investigator: User) -> None:
    assert call(investigator, "GET", path).status_code == 404


@pytest.mark.parametrize("reading_id", ["R-NONE", HUGE])
def test_an_unknown_case_is_not_there(reading_id: str, reader: User) -> None:
    assert call(reader, "GET", f"reads/{reading_id}/").status_code == 404
    assert call(reader, "GET", f"reads/{reading_id}/pictures/left/plain_mpr.png").status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=1000", "limit"), ("limit=x", "limit"),
        (f"offset={HUGE}", "offset"), ("offset=-1", "offset"), ("state=asleep", "state"),
        ("sort=number", "sort"),
    ],
)  # fmt: skip
def test_a_list_asked_for_wrongly_says_so(query: str, field: str, coordinator: User) -> None:
    answer = call(coordinator, "GET", f"participants/?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_a_list_is_narrowed_and_cut(coordinator: User, enter: Enter) -> None:
    rows = [enter(), enter(State.CONSENTED), enter()]
    found = got(coordinator, "participants/?state=screened&limit=1&offset=1&search=XA&site=XA")
    assert (found["count"], found["limit"], found["offset"]) == (2, 1, 1)
    assert [row["number"] for row in found["results"]] == [rows[2].number]


ENTRY = "forms/mri_safety/screening/"


def save(user: User, row: Participant, answers: Any, **more: Any) -> Any:
    body = {"answers": answers, "seen_revision": 0, "submit": True} | more
    return call(user, "PUT", f"participants/{row.number}/{ENTRY}", body)


@pytest.mark.parametrize(
    "answer",
    [[1], {"no": 1}, 10**400, 1e300, "x" * 2001, "nul\x00"],
    ids=["list", "map", "huge", "large", "long", "nul"],
)
@pytest.mark.parametrize("item", ["pacemaker", "weight_kg"])
def test_an_answer_of_no_kind_is_refused(
    item: str, answer: Any, coordinator: User, enter: Enter
) -> None:
    refused = save(coordinator, enter(State.CONSENTED), SAFE | {item: answer})
    assert refused.status_code == 400
    assert str(refused.json()["field"]).startswith("answers")
    assert not FormEntry.objects.exists()


@pytest.mark.parametrize("answer", [["no"], True], ids=["codes", "truth"])
@pytest.mark.parametrize("item", ["pacemaker", "weight_kg"])
def test_an_answer_of_another_kind_is_told_at_its_item(
    item: str, answer: Any, coordinator: User, enter: Enter
) -> None:
    refused = save(coordinator, enter(State.CONSENTED), SAFE | {item: answer})
    assert (refused.status_code, refused.json()["field"]) == (422, item)
    assert not FormEntry.objects.exists()


def test_a_wrong_answer_is_told_at_its_item(coordinator: User, enter: Enter) -> None:
    refused = save(coordinator, enter(State.CONSENTED), {"pacemaker": "maybe", "weight_kg": "60"})
    assert (refused.status_code, refused.json()["code"]) == (422, "form_invalid")
    errors = refused.json()["errors"]
    assert errors["pacemaker"] == ["This is not one of the answers."]
    assert errors["weight_kg"] == ["This is not a number."]
    assert errors["metal_implant"] == ["This answer is required."]


def test_a_form_saved_meanwhile_is_not_overwritten(coordinator: User, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    assert save(coordinator, row, SAFE).json()["revision"] == 1
    late = save(coordinator, row, SAFE | {"pacemaker": "yes"})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    unexplained = save(coordinator, row, SAFE | {"pacemaker": "yes"}, seen_revision=1)
    assert (unexplained.status_code, unexplained.json()["field"]) == (422, "reason")
    why = {"seen_revision": 1, "reason": "Misread the letter."}
    assert save(coordinator, row, SAFE | {"pacemaker": "yes"}, **why).json()["revision"] == 2
    told = got(coordinator, f"participants/{row.number}/{ENTRY}revisions/")
    assert [each["reason"] for each in told] == ["", "Misread the letter."]


def test_a_coordinator_enters_no_surgical_finding(coordinator: User, enter: Enter) -> None:
    row = enter(State.ADJUDICATED)
    path = f"participants/{row.number}/forms/surgical_finding/surgery/"
    body = {"answers": {}, "seen_revision": 0, "submit": False}
    assert call(coordinator, "PUT", path, body).status_code == 403


def test_verdicts_are_kept_all_or_none(investigator: User, enter: Enter) -> None:
    row = enter(State.CONSENTED)
    path = f"participants/{row.number}/criteria/"
    seen = got(investigator, path)["seen"]
    good = {"criterion": "I1", "verdict": "met", "evidence": "Letter."}
    bad = {"criterion": "I3", "verdict": "met", "evidence": ""}
    refused = call(investigator, "PUT", path, {"seen": seen, "judgements": [good, bad]})
    assert (refused.status_code, refused.json()["field"]) == (422, "evidence")
    assert got(investigator, path)["seen"] == seen
    kept = call(investigator, "PUT", path, {"seen": seen, "judgements": [good]})
    assert kept.json()["criteria"][0]["verdict"] == "met"
    assert kept.json()["criteria"][0]["by"] == "Investigator"


@pytest.mark.parametrize(
    "ends",
    [
        {"left": {"brainstem_mm": [0, 0], "canal_mm": [0, 0, 0]}},
        {"left": {"brainstem_mm": ["nan", 0, 0], "canal_mm": [0, 0, 0]}},
        {"left": {"brainstem_mm": [True, 0, 0], "canal_mm": [0, 0, 0]}},
        {"left": {"brainstem_mm": [1e9, 0, 0], "canal_mm": [0, 0, 0]}},
        {"left": {"brainstem_mm": [0, 0, 0]}},
        {"middle": {"brainstem_mm": [0, 0, 0], "canal_mm": [0, 0, 0]}},
        {"left": None},
        [],
    ],
)
def test_end_points_of_no_kind_are_refused(ends: Any, scene: Any) -> None:
    path = f"series/{scene.names['series']}/measurements/"
    refused = call(scene.cast.analyst, "POST", path, {"ends": ends})
    assert refused.status_code == 400
    assert refused.json()["field"].startswith("ends")
