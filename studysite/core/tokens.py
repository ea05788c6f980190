"""Keys of the API: one a person, given for the password, ended when the person signs out."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from studysite.core import lockout, second_factor
from studysite.core.access import require
from studysite.core.acts import acting
from studysite.core.errors import NotPermitted
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


def sign_in(*, request: HttpRequest, username: str, password: str, code: str = "") -> Token:
    """The key of whoever this name and password belong to, and the code of a second factor where
    one is enrolled."""
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        sentence = _("The user name or the password is not right.")
        raise NotPermitted(sentence, code="wrong_credentials")
    if second_factor.is_enrolled(user) and not second_factor.proves(user, code):
        lockout.count_failure(user.username)
        sentence = _("This account has a second factor, and its code is not right or was used.")
        raise NotPermitted(sentence, code="wrong_credentials", field="code")
    lockout.forget_failures(user.username)
    require(user, Action.SIGN_IN)
    with acting(user, "login", detail=said("API")):
        return Token.objects.get_or_create(user=user)[0]


def sign_out(*, by: User) -> None:
    """End a person's key."""
    with acting(by, "logout", detail=said("API")):
        Token.objects.filter(user=by).delete()
