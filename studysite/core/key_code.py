"""A security key at the moment of signing: what it proves becomes a code, good once and for two
minutes, that stands where the code of an authenticator app would."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.cache import cache
from django.utils.translation import gettext as _

from studysite.core import lockout
from studysite.core.acts import acting
from studysite.core.errors import Invalid, WrongCredentials
from studysite.core.models import User
from studysite.core.sign_in_forms import KeyForm

GOOD_FOR_SECONDS = 120
CODE_BYTES = 10


def has_key(user: User) -> bool:
    """Whether a security key is enrolled."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()


def asked_of_key(user: User) -> dict[str, Any]:
    """What the browser asks the key for; the challenge waits in the session of the request."""
    return auth.begin_authentication(user)


def code_for(user: User, credential: str) -> str:
    """The code that the key's answer is worth. A wrong answer counts like a wrong password."""
    lockout.refuse_locked(user.username)
    if not credential:
        raise Invalid(_("The answer of a security key is missing."), field="code")
    with acting(user, "security_key_used", subject=user.username):
        form = KeyForm({"credential": credential}, user=user)
        if not form.is_valid():
            sentence = _("The key was not accepted.")
            raise WrongCredentials(sentence, username=user.username, field="code")
        form.cleaned_data["credential"].record_usage()
    return new_code(user)


def new_code(user: User) -> str:
    """A code for somebody whose key has just proved itself."""
    code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    cache.set(_place(user, code), "y", timeout=GOOD_FOR_SECONDS)
    return code


def spend(user: User, code: str) -> bool:
    """Whether a code was given for a key that is still the account's. It is spent."""
    place = _place(user, code)
    # A cache deletes what has expired as well, and says that it was there.
    return has_key(user) and cache.get(place) is not None and cache.delete(place)


def _place(user: User, code: str) -> str:
    return f"key-code:{user.pk}:{hashlib.sha256(code.encode()).hexdigest()}"
