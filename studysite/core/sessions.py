"""What opens the site for a person: sessions and keys. All of it can be ended at once."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from rest_framework.authtoken.models import Token

from studysite.core.models import User


def end_all(user: User) -> None:
    """End every session and key of a person."""
    for session in UserSession.objects.filter(user=user):
        session.end()
    Token.objects.filter(user=user).delete()
