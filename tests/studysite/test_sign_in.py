"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from studysite.core.accounts import create_account
from studysite.core.models import Act, AuditEvent, Site, User
from studysite.core.roles import Role
from tests.settings import QuickArgon2

PASSWORD = "correct horse battery staple"
LOGIN = "/accounts/login/"


@pytest.fixture
def wang(site: Site) -> User:
    return create_account(
        by=None,
        username="wang",
        printed_name="Wang Fang",
        password=PASSWORD,
        site=site,
        role=Role.COORDINATOR,
    )


def test_signing_in_and_out_are_acts(client: Client, wang: User) -> None:
    said = {"login": "wang", "password": PASSWORD, "next": "/participants/"}
    answer = client.post(LOGIN, said)
    assert answer["Location"] == "/participants/"
    assert client.post("/accounts/logout/").status_code == 302
    assert list(Act.objects.filter(by=wang).values_list("action", flat=True)) == ["login", "logout"]
    assert client.get("/participants/").status_code == 302


def test_a_wrong_password_gets_one_sentence_and_no_session(client: Client, wang: User) -> None:
    answer = client.post(LOGIN, {"login": "wang", "password": "nonsense"})
    assert answer.status_code == 200
    assert answer.content.decode().count('role="alert"') == 1
    assert "_auth_user_id" not in client.session
    assert not Act.objects.filter(action="login").exists()


def yesterdays(password: str) -> str:
    """A hash as it was made with less work."""
    hasher = QuickArgon2()
    hasher.memory_cost *= 2
    return hasher.encode(password, hasher.salt())


@pytest.mark.parametrize(
    ("door", "said"),
    [
        (LOGIN, {"data": {"login": "wang", "password": PASSWORD}}),
        (
            "/api/v1/token/",
            {
                "data": {"username": "wang", "password": PASSWORD},
                "content_type": "application/json",
            },
        ),
    ],
)
def test_a_hash_of_yesterday_is_renewed_by_its_owner(
    client: Client, wang: User, door: str, said: dict[str, Any]
) -> None:
    wang.password = yesterdays(PASSWORD)
    wang.save(update_fields=["password"])
    assert client.post(door, **said).status_code in {200, 302}
    wang.refresh_from_db()
    assert not QuickArgon2().must_update(wang.password)
    renewed = AuditEvent.objects.get(table="core_user", action="password_renewed")
    assert (renewed.row_pk, renewed.actor) == (str(wang.pk), "wang")


def test_nobody_is_led_to_another_site(client: Client, wang: User) -> None:
    said = {"login": "wang", "password": PASSWORD, "next": "https://evil.example/"}
    assert "evil" not in client.post(LOGIN, said)["Location"]


@pytest.mark.parametrize("url", ["/accounts/logout/", "/i18n/setlang/"])
def test_what_changes_something_is_posted(client: Client, db: None, url: str) -> None:
    assert client.get(url).status_code == 405


def test_a_visitor_may_sign_out_and_choose_a_language(client: Client, db: None) -> None:
    assert client.post("/accounts/logout/").status_code == 302
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": LOGIN})
    assert '<html lang="zh-hans">' in client.get(LOGIN).content.decode()


def test_an_address_that_there_is_not_is_told_as_its_visitor_reads(
    client: Client, db: None
) -> None:
    for address, kind in (("/nowhere/", "text/html"), ("/api/v1/nowhere/", "application/json")):
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (404, kind)
    assert answer.json()["code"] == "not_found"
