"""The second factor of an account, where one is enrolled."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from studysite.core import key_code
from studysite.core.models import User


def is_enrolled(user: User) -> bool:
    """Whether the account asks for more than a password."""
    return Authenticator.objects.filter(user=user).exists()


def proves(user: User, code: str) -> bool:
    """Whether a code is right: one that a security key was worth just now, one of the authenticator
    app, or an unused recovery code. It is spent."""
    if key_code.spend(user, code.strip()):
        return True
    typed = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)
    # The app before the recovery codes, which are few.
    found = sorted(typed, key=lambda row: row.type != Authenticator.Type.TOTP)
    return bool(code.strip()) and any(row.wrap().validate_code(code.strip()) for row in found)


def forget(user: User) -> None:
    """Take every second factor from an account, for somebody who has lost theirs."""
    Authenticator.objects.filter(user=user).delete()
