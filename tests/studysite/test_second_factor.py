"""A second factor: asked for at every door, spent once, sealed at rest."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from studysite.core.accounts import create_account
from studysite.core.acts import acting
from studysite.core.errors import NotPermitted
from studysite.core.models import Act, Signature, Site, User
from studysite.core.roles import Role
from studysite.core.signing import sign
from tests.studysite.factors import code_of, give_app, recovery_code, wrong_code

PASSWORD = "correct horse battery staple"
SAID = {"login": "wang", "password": PASSWORD}
TOKEN = "/api/v1/token/"


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


@pytest.fixture
def secret(wang: User) -> str:
    return give_app(wang)


def signed(by: User, **proof: str) -> Signature:
    with acting(by, "test"):
        return sign(
            by=by, subject="XA-001", kind="test", content_sha256="0" * 64, meaning="Seen", **proof
        )


def test_signing_in_asks_for_the_code_before_it_is_done(
    client: Client, wang: User, secret: str
) -> None:
    step = client.post("/accounts/login/?next=/participants/", SAID)
    assert step["Location"] == "/accounts/factors/code/"
    assert client.get("/participants/")["Location"].startswith("/accounts/login/")
    assert not Act.objects.filter(action="login").exists()
    page = client.get("/accounts/factors/code/").content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert client.post("/accounts/factors/code/", {"code": wrong_code(secret)}).status_code == 200
    assert client.post("/accounts/factors/code/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/participants/").status_code == 200
    assert Act.objects.filter(action="login", by=wang).count() == 1


def test_a_recovery_code_opens_once(client: Client, wang: User, secret: str) -> None:
    code = recovery_code(wang)
    for status in (302, 200):
        client.post("/accounts/login/", SAID)
        assert client.post("/accounts/factors/code/", {"code": code}).status_code == status
        client.post("/accounts/logout/")


def test_the_api_gives_no_key_without_the_code(client: Client, wang: User, secret: str) -> None:
    said = {"username": "wang", "password": PASSWORD}

    def status(**more: str) -> int:
        return client.post(TOKEN, said | more, content_type="application/json").status_code

    assert (status(), status(code=wrong_code(secret)), status(code=code_of(secret))) == (
        403,
        403,
        200,
    )


def test_a_signature_takes_the_code_where_one_is_enrolled(wang: User, secret: str) -> None:
    for proof in ({}, {"code": wrong_code(secret)}):
        with pytest.raises(NotPermitted) as refusal:
            signed(wang, password=PASSWORD, **proof)
        assert refusal.value.field == "code"
    assert not Signature.objects.exists()
    assert signed(wang, password=PASSWORD, code=code_of(secret)).by == wang
    assert signed(wang, password=PASSWORD, code=recovery_code(wang)).by == wang


def test_a_code_is_spent_with_the_signature(wang: User, secret: str) -> None:
    code = code_of(secret)
    signed(wang, password=PASSWORD, code=code)
    with pytest.raises(NotPermitted):
        signed(wang, password=PASSWORD, code=code)


def test_without_a_second_factor_the_password_is_enough(wang: User) -> None:
    assert signed(wang, password=PASSWORD).by == wang


def test_secrets_are_sealed_in_the_database(wang: User, secret: str) -> None:
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert recovery_code(wang) not in stored


def test_what_protects_the_account_is_changed_by_who_shows_that_it_is_them(
    client: Client, wang: User
) -> None:
    client.post("/accounts/login/", SAID)
    app = "/accounts/factors/app/"
    asked = client.get(app)
    assert asked["Location"] == f"/accounts/reauthenticate/?{urlencode({'next': app})}"
    assert client.post(asked["Location"], {"password": "nonsense"}).status_code == 200
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == app
    page = client.get(app)
    assert b"<svg" in page.content
    code = code_of(page.context["form"].secret)
    assert client.post(app, {"code": code})["Location"] == "/accounts/factors/codes/"
    assert Authenticator.objects.filter(user=wang).count() == 2
    assert Act.objects.filter(action="second_factor_added", by=wang).exists()
    assert client.get("/accounts/factors/codes/").context["unused_codes"][0].isdigit()
    assert client.post("/accounts/factors/app/off/")["Location"] == "/accounts/factors/"
    assert not Authenticator.objects.filter(user=wang).exists()


PAGES = ["", "password/", "sessions/", "factors/", "factors/app/", "factors/app/off/"]
PAGES += ["factors/codes/", "factors/codes/new/", "factors/codes/file/", "factors/keys/"]
PAGES += ["factors/keys/add/", "reauthenticate/", "factors/again/"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_of_the_account_opens_in_both_languages(
    client: Client, wang: User, secret: str, language: str
) -> None:
    client.post("/accounts/login/", SAID)
    client.post("/accounts/factors/code/", {"code": code_of(secret)})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/i18n/setlang/", {"language": language, "next": "/"})
    for page in PAGES:
        answer = client.get(f"/accounts/{page}", follow=True)
        assert answer.status_code == 200, page
        if answer["Content-Type"].startswith("text/html"):
            assert f'lang="{language}"' in answer.content.decode(), page
            assert "unsafe" not in answer["Content-Security-Policy"]
