"""Five failures lock an account for a quarter of an hour, through whichever door they came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client

from studysite.core.accounts import create_account
from studysite.core.acts import acting
from studysite.core.errors import LockedOut, NotPermitted
from studysite.core.models import Signature, Site, User
from studysite.core.roles import Role
from studysite.core.signing import sign
from tests.studysite.factors import code_of, give_app, wrong_code

PASSWORD = "correct horse battery staple"
LIMIT = 5
pytestmark = pytest.mark.django_db(transaction=False)


@pytest.fixture
def wang(site: Site) -> User:
    return create_account(
        by=None,
        username="wang",
        printed_name="Wang Fang",
        password=PASSWORD,
        site=site,
        role=Role.INVESTIGATOR,
    )


def page(client: Client, password: str) -> int:
    return client.post("/accounts/login/", {"login": "wang", "password": password}).status_code


def api(client: Client, password: str) -> int:
    said = {"username": "wang", "password": password}
    return client.post("/api/v1/token/", said, content_type="application/json").status_code


def signature(by: User, password: str, code: str = "") -> Signature:
    with acting(by, "test"):
        return sign(
            by=by,
            password=password,
            code=code,
            subject="XA-001",
            kind="test",
            content_sha256="0" * 64,
            meaning="Seen",
        )


def locked(client: Client, wang: User) -> bool:
    """Whether even the right password opens none of the doors."""
    with pytest.raises(LockedOut):
        signature(wang, PASSWORD)
    return page(Client(), PASSWORD) == 429 and api(Client(), PASSWORD) == 429


def test_the_page_locks(client: Client, wang: User) -> None:
    assert [page(client, "nonsense") for _ in range(LIMIT)] == [200] * (LIMIT - 1) + [429]
    assert locked(client, wang)


def test_the_api_locks_and_says_so_in_json(client: Client, wang: User) -> None:
    assert [api(client, "nonsense") for _ in range(LIMIT)] == [403] * (LIMIT - 1) + [429]
    assert locked(client, wang)
    said = {"username": "wang", "password": PASSWORD}
    answer = client.post("/api/v1/token/", said, content_type="application/json")
    assert answer.json()["code"] == "locked_out"


def test_signing_locks(client: Client, wang: User) -> None:
    """The failure ends a transaction, and still counts."""
    for _ in range(LIMIT):
        with pytest.raises(NotPermitted):
            signature(wang, "nonsense")
    assert locked(client, wang)


def test_the_second_factor_locks(client: Client, wang: User) -> None:
    secret = give_app(wang)
    page(client, PASSWORD)
    for _ in range(LIMIT):
        client.post("/accounts/factors/code/", {"code": wrong_code(secret)})
    answer = client.post("/accounts/factors/code/", {"code": code_of(secret)})
    assert answer.status_code == 200
    assert page(Client(), PASSWORD) == 429


def test_the_old_password_of_a_change_locks(client: Client, wang: User) -> None:
    client.force_login(wang)
    new = {"password1": "another long password", "password2": "another long password"}
    for _ in range(LIMIT):
        client.post("/accounts/password/", {"oldpassword": "nonsense", **new})
    assert client.post("/accounts/password/", {"oldpassword": PASSWORD, **new}).status_code == 200
    assert locked(client, wang)


def test_doors_count_together(client: Client, wang: User) -> None:
    page(client, "nonsense")
    api(client, "nonsense")
    page(client, "nonsense")
    for _ in range(2):
        with pytest.raises(NotPermitted):
            signature(wang, "nonsense")
    assert locked(client, wang)


def test_somebody_else_is_not_locked(client: Client, wang: User, site: Site) -> None:
    for _ in range(LIMIT):
        api(client, "nonsense")
    create_account(
        by=None,
        username="li",
        printed_name="Li Na",
        password=PASSWORD,
        site=site,
        role=Role.MONITOR,
    )
    said = {"login": "li", "password": PASSWORD}
    assert client.post("/accounts/login/", said).status_code == 302


def test_a_success_forgets_the_failures(client: Client, wang: User) -> None:
    for _ in range(3):
        for _failure in range(LIMIT - 1):
            page(client, "nonsense")
        assert page(client, PASSWORD) == 302
        client.post("/accounts/logout/")


def test_after_a_quarter_of_an_hour_it_opens_again(client: Client, wang: User) -> None:
    for _ in range(LIMIT):
        page(client, "nonsense")
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=14))
    assert page(client, PASSWORD) == 429
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=2))
    assert page(client, PASSWORD) == 302
