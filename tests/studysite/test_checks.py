"""Production does not start unsafely, and says which setting is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from studysite.core import checks
from studysite.core.disk import folder_of
from studysite.core.keys import in_environment, key_from_file, key_in


@pytest.fixture
def production(settings, tmp_path: Path):
    """Settings that production may start with."""
    settings.PRODUCTION, settings.DEBUG = True, False
    settings.SECRET_KEY = "d41Xw" * 12
    settings.ALLOWED_HOSTS = ["study.example.org"]
    settings.PASSWORD_HASHERS = [checks.ARGON2]
    settings.CELERY_BROKER_URL = "redis://localhost/0"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    for name in checks.KEY_FILES:
        setattr(settings, name, tmp_path / name)
    return settings


def found() -> list[str]:
    return [str(message.id) for message in checks.production_is_safe()]


def test_sound_settings_pass(production, monkeypatch: pytest.MonkeyPatch) -> None:
    for database in production.DATABASES.values():
        monkeypatch.setitem(database, "ENGINE", "django.db.backends.postgresql")
    assert found() == []
    checks.refuse_unsafe_production()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DEBUG", True, "studysite.E001"),
        ("SECRET_KEY", "short", "studysite.E002"),
        ("SECRET_KEY", "django-insecure-" + "x" * 60, "studysite.E002"),
        ("ALLOWED_HOSTS", ["study.example.org", "*"], "studysite.E003"),
        ("ALLOWED_HOSTS", [".example.org"], "studysite.E003"),
        ("CSRF_TRUSTED_ORIGINS", ["http://study.example.org"], "studysite.E005"),
        ("METRICS_TOKEN", "guess me", "studysite.E006"),
        ("PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"], "studysite.E004"),
    ],
)
def test_production_refuses(production, name: str, value: object, code: str) -> None:
    setattr(production, name, value)
    assert code in found()
    with pytest.raises(ImproperlyConfigured, match=name):
        checks.refuse_unsafe_production()


def test_production_refuses_the_key_that_a_checkout_made_for_itself(production) -> None:
    made = key_from_file(production.VAR_DIR / "keys" / "secret")
    production.SECRET_KEY = made.hex()
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        checks.refuse_unsafe_production()


@pytest.mark.parametrize("name", checks.KEY_FILES)
def test_production_warns_of_sqlite_and_of_a_key_beside_what_it_protects(
    production, name: str
) -> None:
    setattr(production, name, production.VAR_DIR / "keys" / "here")
    assert found() == ["studysite.W001", "studysite.W001", "studysite.W002"]
    checks.refuse_unsafe_production()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("CELERY_BROKER_URL", "filesystem://localhost", "studysite.W003"),
        ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "studysite.W004"),
    ],
)
def test_production_warns(production, name: str, value: str, code: str) -> None:
    assert code not in found()
    setattr(production, name, value)
    assert code in found()


def test_a_key_can_be_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_KEY", "ab" * 32)
    assert key_from_file(in_environment("VAULT_KEY")) == b"\xab" * 32
    for wrong in ("ab" * 31, "no key", ""):
        monkeypatch.setenv("VAULT_KEY", wrong)
        with pytest.raises(ImproperlyConfigured, match="holds no key"):
            key_in(in_environment("VAULT_KEY"))


@pytest.mark.parametrize("url", ["s3://bucket", "/srv/files", "file://host/files", ""])
def test_storage_is_a_folder(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="names a folder that every machine"):
        folder_of(url)


def test_the_embedded_study_starts_as_it_is(settings) -> None:
    assert found() == []
    checks.refuse_unsafe_production()


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one"
    assert key_in(path) is None
    first = key_from_file(path)
    assert (len(first), key_from_file(path), key_in(path)) == (32, first, first)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["one"]
