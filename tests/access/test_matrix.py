"""Every page × method × role × relation: own site, another site, nobody, no role, locked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from studysite.core.acts import acting
from studysite.core.models import Membership, User
from studysite.core.roles import POLICY, Action, Role
from tests.access.routes import Page, pages, undeclared
from tests.api.access_table import LETTERS, TABLE
from tests.api.calls import call, end
from tests.api.scene import Scene, build
from tests.conftest import person

METHODS = ("get", "post")
PASSED = {200, 201, 202, 204, 302, 400, 405, 409, 422}
# Nobody has these in the scene, whoever asks: no second factor is enrolled, no link was mailed.
ABSENT = {
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "invitation",
}
# What is asked for stands in the form: without it there is no such act.
ACT_IN_FORM = ("queries/<int:pk>/", "<slug:key>/verification/")
# Asked before the page's own action: a coordinator retries jobs, and knows no measurement.
NARROWER = {"retry_measurement": Action.SEE_MEASUREMENTS}
# What a locked record still takes, for it changes nothing in it.
DONE_WHEN_LOCKED = {
    "destination": "where a node takes scans",
    "identity": "a look is no change",
    "unblind": "somebody in need is told an arm at any time",
    "erasure": "an identity may be erased once the participant's part has ended",
    "closures_of": "a freeze closes more, and opens nothing",
    "decide_unlock": "a lock opens on somebody else's request, with a reason",
    "lock": "it is locked already, and stays so",
    "case_summaries": "a document shows the record",
    "intakes": "an upload waits for its participant",
    "intake_close": "what was uploaded is refused, or waits, with a reason",
    "held_refuse": "what waits is settled",
    "node": "a scanner is no record; what it sends is refused, or waits",
    "give_role": "an account is no participant's record",
    "end_role": "an account is no participant's record",
    "close_account": "an account is no participant's record",
    "invite_again": "an account is no participant's record",
    "job_retry": "a job is tried again, and refused by its own rule",
}


class _Undo(Exception):
    pass


def status(client: Client, method: str, address: str) -> int:
    """What somebody gets, with everything undone afterwards."""
    try:
        with transaction.atomic(), transaction.atomic("vault"):
            answer = getattr(client, method)(address)
            end(answer)
            raise _Undo
    except _Undo:
        return int(answer.status_code)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def due(page: Page, role: Role, *, elsewhere: bool) -> set[int]:
    """What the table of roles says that a page answers. A method that a page has not is told to
    anybody (405), but no page has none."""
    if page.action is not None and role not in POLICY[page.action]:
        return {403, 405}
    if page.name in ABSENT:
        return PASSED | {404}
    if page.about_a_record and elsewhere:
        return {404, 405}
    if page.name in NARROWER and role not in POLICY[NARROWER[page.name]]:
        return {404, 405}
    return PASSED


def wrong(user: User, role: Role, names: dict[str, object], *, elsewhere: bool) -> list[str]:
    client, found = client_of(user), []
    for page in pages():
        # Ends the session, and with it the rest of the table.
        if page.name == "account_logout":
            continue
        expected = due(page, role, elsewhere=elsewhere)
        seen = {method: status(client, method, page.address(names)) for method in METHODS}
        if page.pattern.endswith(ACT_IN_FORM) and seen["post"] == 404:
            del seen["post"]
        if not set(seen.values()) <= expected or set(seen.values()) == {405}:
            found.append(f"{page}: {seen}, not of {sorted(expected)}")
    return found


def test_every_route_declares_what_it_needs() -> None:
    assert undeclared() == []


def test_every_page_has_a_row(names: dict[str, object]) -> None:
    without = []
    for page in pages():
        try:
            page.address(names)
        except KeyError:
            without.append(str(page))
    assert without == []


@pytest.mark.parametrize("role", Role)
def test_at_its_own_site_each_role_opens_what_the_policy_says(
    role: Role, scene: Scene, names: dict[str, object]
) -> None:
    found = wrong(scene.user(role), role, names, elsewhere=False)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", Role)
def test_at_another_site_no_record_is_there(
    role: Role, scene: Scene, names: dict[str, object]
) -> None:
    stranger = build("PK").user(role)
    found = wrong(stranger, role, names, elsewhere=True)
    assert not found, "\n".join(found)


def test_a_visitor_is_asked_to_sign_in(names: dict[str, object]) -> None:
    client = Client()
    for page in pages():
        if page.action is None:
            continue
        for method in METHODS:
            answer = getattr(client, method)(page.address(names))
            asked = (answer.status_code, answer.headers.get("Location", "").split("?")[0])
            assert asked in {(302, "/accounts/login/"), (405, "")}, (method, str(page))


def test_somebody_without_a_role_opens_nothing(names: dict[str, object]) -> None:
    with acting(None, "test"):
        nobody = User.objects.create_user("nobody")
    client = client_of(nobody)
    for page in pages():
        if page.action is not None:
            assert status(client, "get", page.address(names)) in {403, 405}, str(page)


def test_a_locked_record_takes_no_change(scene: Scene) -> None:
    """Every act of the API, by whoever may do it, once the record is locked."""
    with acting(None, "test"):
        scene.participant.__class__.objects.update(state="locked")
    done = set()
    for row in TABLE:
        if row.method == "GET" or not row.scoped:
            continue
        body: Any = row.body and json.loads(
            json.dumps(row.body).replace("{number}", scene.participant.number)
        )
        for letter in row.roles:
            user = scene.user(LETTERS[letter])
            try:
                with transaction.atomic(), transaction.atomic("vault"):
                    answer = call(user, row.method, row.path.format(**scene.names), body)
                    raise _Undo
            except _Undo:
                pass
            assert answer.status_code < 500, str(row)
            if answer.status_code < 300:
                done.add(row.route)
    assert done - set(DONE_WHEN_LOCKED) == set()


def test_the_matrix_finds_a_hole(scene: Scene, names: dict[str, object]) -> None:
    """Control: somebody who may do more than their role is found."""
    with acting(None, "test"):
        both = person(scene.cast.site, Role.READER, "both")
        Membership.objects.create(user=both, site=scene.cast.site, role=Role.MONITOR)
    found = wrong(both, Role.READER, names, elsewhere=False)
    assert any(line.startswith("participants/:") for line in found)


def silent(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody said who may read this")


urlpatterns = [path("silent/<int:new>/", silent)]


@pytest.mark.urls(__name__)
def test_a_page_without_a_row_or_a_declaration_is_found() -> None:
    assert undeclared() == ["silent/<int:new>/"]
    (page,) = pages()
    with pytest.raises(KeyError):
        page.address({})
