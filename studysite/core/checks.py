"""What production refuses to start with. The settings themselves decide; each error names one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from studysite.core.keys import key_in

ARGON2 = "django.contrib.auth.hashers.Argon2PasswordHasher"
SHORTEST_SECRET = 50
SHORTEST_TOKEN = 20
KEY_FILES = (
    "VAULT_KEY_FILE",
    "DEIDENTIFY_KEY_FILE",
    "QUARANTINE_KEY_FILE",
    "AUDIT_KEY_FILE",
    "SIGNATURE_KEY_FILE",
    "ALLOCATION_KEY_FILE",
)


@register(Tags.security, deploy=True)
def production_is_safe(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Everything wrong with these settings for production; nothing for the embedded study."""
    if not settings.PRODUCTION:
        return []
    return [*_errors(), *_warnings()]


def refuse_unsafe_production() -> None:
    """Raises ImproperlyConfigured, in sentences, when production must not start like this."""
    if settings.PRODUCTION and (errors := _errors()):
        sentences = " ".join(error.msg for error in errors)
        raise ImproperlyConfigured(f"Production does not start like this. {sentences}")


def _errors() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG is on: set DEBUG=0.", id="studysite.E001"))
    if sentence := _secret_key_fault():
        found.append(Error(sentence, id="studysite.E002"))
    if any(host == "*" or host.startswith(".") for host in settings.ALLOWED_HOSTS):
        found.append(Error("ALLOWED_HOSTS holds a wildcard: name each host.", id="studysite.E003"))
    if settings.PASSWORD_HASHERS[:1] != [ARGON2]:
        found.append(Error("PASSWORD_HASHERS does not begin with Argon2.", id="studysite.E004"))
    if any(not origin.startswith("https://") for origin in settings.CSRF_TRUSTED_ORIGINS):
        sentence = "CSRF_TRUSTED_ORIGINS holds an address without https://."
        found.append(Error(sentence, id="studysite.E005"))
    if 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        sentence = f"METRICS_TOKEN is too weak: give it {SHORTEST_TOKEN} random characters."
        found.append(Error(sentence, id="studysite.E006"))
    return found


def _secret_key_fault() -> str:
    made_here = key_in(Path(settings.VAR_DIR) / "keys" / "secret")
    if made_here is not None and made_here.hex() == settings.SECRET_KEY:
        return "SECRET_KEY is not set: give production one of its own."
    if len(settings.SECRET_KEY) < SHORTEST_SECRET or settings.SECRET_KEY.startswith("django-"):
        return f"SECRET_KEY is too weak: give it at least {SHORTEST_SECRET} random characters."
    return ""


def _warnings() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for alias, database in settings.DATABASES.items():
        if database["ENGINE"].endswith("sqlite3"):
            name = "DATABASE_URL" if alias == "default" else "VAULT_DATABASE_URL"
            sentence = f"{name} is SQLite, which is meant for the embedded study."
            found.append(Warning(sentence, id="studysite.W001"))
    for name in KEY_FILES:
        path = Path(getattr(settings, name)).resolve()
        if path.is_relative_to(settings.VAR_DIR) or path.is_relative_to(settings.STORAGE_DIR):
            sentence = f"{name} lies beside what it protects, in VAR_DIR or STORAGE_URL."
            found.append(Warning(sentence, id="studysite.W002"))
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        sentence = "CELERY_BROKER_URL is a folder, which is meant for the embedded study."
        found.append(Warning(sentence, id="studysite.W003"))
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        sentence = "EMAIL_BACKEND leaves invitations as files in VAR_DIR: name one that sends them."
        found.append(Warning(sentence, id="studysite.W004"))
    return found
