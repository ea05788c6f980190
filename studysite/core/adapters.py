"""What allauth does, as acts of this study; and the secrets of second factors, sealed."""

from __future__ import annotations

import base64
import hmac
import os
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from rest_framework.authtoken.models import Token

from studysite.core.acts import acting
from studysite.core.models import User

NONCE_BYTES = 12


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; what somebody does to their account is an act."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited."""
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign a person in, every factor proved."""
        with acting(_person(user), "login"):
            super().login(request, user)

    def logout(self, request: HttpRequest) -> None:
        """Sign the person out."""
        with acting(_person(request.user), "logout"):
            super().logout(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a new password; what the old one opened is closed."""
        with acting(_person(user), "password_changed", subject=user.get_username()):
            super().set_password(user, password)
            Token.objects.filter(user_id=user.pk).delete()

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the person's own page."""
        return reverse("account")

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """The pages say for themselves what happened."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed: a stolen database makes no codes."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        nonce = os.urandom(NONCE_BYTES)
        return base64.b64encode(nonce + AESGCM(_key()).encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        sealed = base64.b64decode(encrypted_text)
        return AESGCM(_key()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """What the authenticator app shows beside the code."""
        return str(user.get_username())


def _person(user: Any) -> User | None:
    return user if isinstance(user, User) else None


def _key() -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"second-factor", "sha256")
