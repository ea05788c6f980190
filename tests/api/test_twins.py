"""What only pages did once, through the API: trail, visits, drafts, versions, accounts."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone

from studysite.core.models import Act, User
from studysite.core.roles import Role
from tests.api.calls import call, got
from tests.api.scene import Scene
from tests.conftest import HISTORY, Enter, State


def test_a_review_of_the_trail_is_on_record(scene: Scene) -> None:
    monitor, number = scene.user(Role.MONITOR), scene.participant.number
    body = {"subject": number, "form": "severity", "remark": "Nothing amiss."}
    assert call(monitor, "POST", "audit/reviews/", body).status_code == 201
    (row,) = got(monitor, "audit/reviews/")["results"]
    assert row["by"] == monitor.printed_name
    assert row["subject"] == number
    assert "Nothing amiss." in row["detail"]


def test_an_export_of_the_trail_streams_what_fits(scene: Scene) -> None:
    monitor, number = scene.user(Role.MONITOR), scene.participant.number
    answer = call(monitor, "POST", "audit/export/", {"subject": number})
    assert answer.streaming
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].startswith("checkpoint,")
    assert lines[1].startswith("seq,at,txn,")
    assert len(lines) > 20
    assert Act.objects.filter(action="review_audit", subject=number, by=monitor).exists()


def test_an_unscheduled_visit_and_one_that_did_not_take_place(scene: Scene) -> None:
    coordinator, number = scene.user(Role.COORDINATOR), scene.participant.number
    today = timezone.localdate().isoformat()
    visits = f"participants/{number}/visits/"
    made = call(coordinator, "POST", visits, {"on": today, "reason": "Sudden pain."})
    assert (made.status_code, made.json()["key"]) == (201, "unscheduled_1")
    path = f"{visits}month_3/not-done/"
    assert call(coordinator, "POST", path, {"reason": ""}).status_code == 422
    done = call(coordinator, "POST", path, {"reason": "Abroad."}).json()
    assert done["not_done_reason"] == "Abroad."
    assert (
        call(coordinator, "POST", f"{visits}nowhere/not-done/", {"reason": "?"}).status_code == 404
    )


def test_a_draft_is_taken_back(enter: Enter, coordinator: User) -> None:
    path = f"participants/{enter(State.CONSENTED).number}/forms/demographics/screening/"
    assert call(coordinator, "POST", f"{path}undo/", {"seen_revision": 0}).status_code == 409
    for seen, hand in enumerate(("right", "left")):
        body = {"answers": HISTORY | {"handedness": hand}, "seen_revision": seen, "submit": False}
        assert call(coordinator, "PUT", path, body).status_code == 200
    undone = call(coordinator, "POST", f"{path}undo/", {"seen_revision": 2}).json()
    assert (undone["answers"]["handedness"], undone["revision"]) == ("right", 3)
    stale = call(coordinator, "POST", f"{path}undo/", {"seen_revision": 2})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")


def test_a_protocol_version_comes_into_force_and_a_form_moves_to_it(
    enter: Enter, coordinator: User, data_manager: User
) -> None:
    number = enter(State.ENROLLED).number
    (first, *_more, newest) = got(coordinator, "protocol/versions/")
    assert (first["in_force"], newest["in_force"]) == (True, False)
    path = f"protocol/versions/{newest['version']}/release/"
    assert call(coordinator, "POST", path, {"reason": "Amendment"}).status_code == 403
    released = call(data_manager, "POST", path, {"reason": "Amendment"}).json()
    assert (released["in_force"], released["reason"]) == (True, "Amendment")
    assert call(data_manager, "POST", path, {"reason": "Again"}).status_code == 409
    same = f"participants/{number}/forms/mri_safety/screening/version/"
    refused = call(coordinator, "POST", same, {"seen_revision": 1, "reason": "As the version."})
    assert refused.status_code == 409


@pytest.mark.usefixtures("site")
def test_an_account_from_invitation_to_its_end(administrator: User) -> None:
    invited = {
        "username": "wu",
        "printed_name": "Wu Na",
        "email": "wu@example.org",
        "site": "XA",
        "role": "coordinator",
        "language": "zh-hans",
    }
    made = call(administrator, "POST", "people/", invited)
    assert (made.status_code, made.json()["has_password"]) == (201, False)
    assert "/accounts/invitation/" in mail.outbox[0].body
    assert call(administrator, "POST", "people/", invited).status_code == 409
    role = {"site": "XA", "role": "data_manager"}
    given = call(administrator, "POST", "people/wu/roles/", role).json()
    assert {each["role"] for each in given["memberships"]} == {"coordinator", "data_manager"}
    apart = call(administrator, "POST", "people/wu/roles/", {"site": "XA", "role": "monitor"})
    assert (apart.status_code, apart.json()["code"]) == (409, "duties_apart")
    ended = call(administrator, "POST", "people/wu/roles/end/", role | {"reason": "Left the desk."})
    assert [each["role"] for each in ended.json()["memberships"]] == ["coordinator"]
    assert call(administrator, "POST", "people/wu/link/", {"reason": "Lost it."}).status_code == 200
    assert len(mail.outbox) == 2
    closed = call(administrator, "POST", "people/wu/close/", {"reason": "Left."}).json()
    assert closed["is_active"] is False
    assert "wu" in {row["username"] for row in got(administrator, "people/")["results"]}


def test_sites_are_one_s_own(administrator: User) -> None:
    site = {"code": "BJ", "name": "A hospital that joins"}
    assert call(administrator, "POST", "sites/", site).status_code == 201
    assert [row["code"] for row in got(administrator, "sites/")] == ["BJ", "XA"]
    elsewhere = {"site": "NO", "role": "coordinator"}
    path = f"people/{administrator.username}/roles/"
    assert call(administrator, "POST", path, elsewhere).status_code == 404
