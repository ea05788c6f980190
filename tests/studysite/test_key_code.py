"""The code that a security key is worth at signing: good once, for its person, and not for long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from studysite.core import key_code, second_factor
from studysite.core.models import Act, User

pytestmark = pytest.mark.django_db
ADDRESS = "/accounts/factors/keys/code/"


@pytest.fixture
def keyed(coordinator: User) -> User:
    """Somebody with a security key and nothing else."""
    held = {"name": "Blue", "credential": {}}
    Authenticator.objects.create(user=coordinator, type=Authenticator.Type.WEBAUTHN, data=held)
    return coordinator


@pytest.fixture
def code(keyed: User) -> Iterator[str]:
    """What a key was worth; the ceremony itself is run in a browser."""
    found = key_code.new_code(keyed)
    yield found
    cache.clear()


def test_a_code_is_good_once(keyed: User, code: str) -> None:
    assert second_factor.proves(keyed, f" {code} ")
    assert not second_factor.proves(keyed, code)


def test_a_code_is_its_persons(keyed: User, code: str, investigator: User) -> None:
    held: dict[str, Any] = {"name": "Red", "credential": {}}
    Authenticator.objects.create(user=investigator, type=Authenticator.Type.WEBAUTHN, data=held)
    assert not second_factor.proves(investigator, code)


def test_a_code_goes_with_its_key(keyed: User, code: str) -> None:
    second_factor.forget(keyed)
    assert not second_factor.proves(keyed, code)


def test_a_code_is_forgotten_after_two_minutes(
    keyed: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_code, "GOOD_FOR_SECONDS", 0)
    assert not second_factor.proves(keyed, key_code.new_code(keyed))


def test_what_is_no_answer_of_the_key_is_refused_and_counted(
    client: Client, coordinator: User
) -> None:
    client.force_login(coordinator)
    assert "challenge" in client.get(ADDRESS).json()["request_options"]["publicKey"]
    answers = [client.post(ADDRESS, {"credential": wrong}) for wrong in ("{}", '{"id": 1}', "?")]
    assert {answer.status_code for answer in answers} == {403}
    assert client.post(ADDRESS).status_code == 422
    refused = Act.objects.filter(action="security_key_used", outcome="refused", by=coordinator)
    assert refused.count() == 3
