"""Proving again who one is, at the moment of signing. Every signature goes through here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studysite.core.errors import NotPermitted
from studysite.core.models import User


def reauthenticate(*, by: User, password: str) -> None:
    """Refuse whoever does not know the account's password, or whose account is closed."""
    if not by.is_active:
        raise NotPermitted(_("This account is closed."))
    if not by.check_password(password):
        raise NotPermitted(_("The password is not right, so nothing was signed."), field="password")
