"""Proving again who one is, at the moment of signing. Every signature goes through here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studysite.core import lockout, second_factor
from studysite.core.errors import NotPermitted, WrongCredentials
from studysite.core.models import User


def reauthenticate(*, by: User, password: str, code: str = "") -> None:
    """Refuse whoever does not know the account's password, or has no code of the second factor
    where one is enrolled, or whose account is closed. Failures count towards the lock-out."""
    if not by.is_active:
        raise NotPermitted(_("This account is closed."))
    lockout.refuse_locked(by.username)
    if not by.check_password(password):
        sentence = _("The password is not right, so nothing was signed.")
        raise WrongCredentials(sentence, username=by.username, field="password")
    if second_factor.is_enrolled(by) and not second_factor.proves(by, code):
        sentence = _("The code is not right, or was used before, so nothing was signed.")
        raise WrongCredentials(sentence, username=by.username, field="code")
    lockout.forget_failures(by.username)
