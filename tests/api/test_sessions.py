"""Keys and sessions: how one comes in, and what a session asks for besides."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from studysite.core.models import Act, User
from tests.conftest import Enter

PASSWORD = "a long enough password"
ROOT = "/api/v1/"


@pytest.fixture
def known(coordinator: User) -> User:
    """The coordinator, with a password."""
    coordinator.set_password(PASSWORD)
    coordinator.save()
    return coordinator


def sign_in(**values: str) -> Any:
    given = {"username": "coordinator", "password": PASSWORD} | values
    return APIClient().post(f"{ROOT}token/", given, format="json")


def with_key(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def test_a_key_is_given_for_the_password(known: User) -> None:
    key = sign_in().json()["token"]
    answer = with_key(key).get(f"{ROOT}me/")
    assert answer.json()["username"] == "coordinator"
    assert answer.json()["memberships"] == [{"site": "XA", "role": "coordinator"}]
    assert "screen" in answer.json()["actions"]
    assert "judge_criteria" not in answer.json()["actions"]


def test_signing_in_is_on_record(known: User) -> None:
    sign_in()
    assert Act.objects.get(action="login").by == known


@pytest.mark.parametrize("values", [{"password": "wrong"}, {"username": "nobody"}])
def test_a_wrong_password_gives_nothing(known: User, values: dict[str, str]) -> None:
    answer = sign_in(**values)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_credentials")
    assert answer.json()["detail"] == "The user name or the password is not right."
    assert not Token.objects.exists()


def test_a_closed_account_gets_no_key(known: User) -> None:
    known.is_active = False
    known.save()
    assert sign_in().status_code == 403


def test_somebody_without_a_role_gets_no_key(db: None) -> None:
    User.objects.create_user("idle", password=PASSWORD)
    assert sign_in(username="idle").json()["code"] == "not_permitted"


def test_a_key_ends_at_signing_out(known: User) -> None:
    client = with_key(sign_in().json()["token"])
    assert client.delete(f"{ROOT}token/").status_code == 204
    assert client.get(f"{ROOT}me/").status_code == 401
    assert Act.objects.filter(action="logout", by=known).exists()


def test_a_made_up_key_opens_nothing(db: None) -> None:
    answer = with_key("0" * 40).get(f"{ROOT}me/")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert answer["WWW-Authenticate"] == "Token"


def test_a_session_opens_the_api(known: User) -> None:
    client = Client()
    client.force_login(known)
    assert client.get(f"{ROOT}me/").status_code == 200


def test_a_session_writes_with_the_page_token_alone(known: User, enter: Enter) -> None:
    """Another site's page can send a session's cookie, but not the token of our own pages."""
    number = enter().number
    client = Client(enforce_csrf_checks=True)
    client.force_login(known)
    path, body = f"{ROOT}participants/{number}/identity/", {"reason": "Phone call"}
    refused = client.post(path, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert not Act.objects.filter(action="see_identity").exists()
    client.get(f"{ROOT}docs/?script=")
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    allowed = client.post(path, body, content_type="application/json", headers=headers)
    assert allowed.status_code == 200
    assert allowed.json()["name"] == "Zhang San 1"


def test_no_answer_is_kept_by_a_cache(known: User) -> None:
    client = APIClient()
    client.force_authenticate(known)
    for path in ("me/", "participants/", "participants/XA-404/"):
        assert client.get(ROOT + path)["Cache-Control"] == "private, no-store"


def test_a_refusal_speaks_the_readers_language(known: User) -> None:
    client = APIClient(headers={"Accept-Language": "zh-hans"})
    client.force_authenticate(known)
    answer = client.get(f"{ROOT}participants/XA-404/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_there")
    assert answer.json()["detail"] != "There is no participant XA-404."
