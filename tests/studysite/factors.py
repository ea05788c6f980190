"""An account with an authenticator app, and the codes that the app would show."""

from __future__ import annotations

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache

from studysite.core.models import User

PERIOD_SECONDS = 30


def give_app(user: User) -> str:
    """Enrol an app and recovery codes; the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str) -> str:
    """What the app shows now, as if it had not been used yet."""
    cache.clear()
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_SECONDS))


def wrong_code(secret: str) -> str:
    """A code that no nearby half minute shows."""
    now = int(time.time()) // PERIOD_SECONDS
    near = {format_hotp_value(hotp_value(secret, now + step)) for step in range(-3, 4)}
    return next(f"{number:06d}" for number in range(9) if f"{number:06d}" not in near)


def recovery_code(user: User) -> str:
    """An unused recovery code."""
    return str(RecoveryCodes.activate(user).get_unused_codes()[0])
