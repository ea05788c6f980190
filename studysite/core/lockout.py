"""Lock-out: failures to prove who one is are counted by account, whichever door they came through.

The page of sign-in, its second factor, the API's key and every signature count together.
"""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from studysite.core.errors import LockedOut


def refusal() -> LockedOut:
    """The sentence for who is locked out."""
    return LockedOut(_("Too many attempts have failed. Try again in a quarter of an hour."))


def refuse_locked(username: str) -> None:
    """Raises LockedOut while an account is locked."""
    if AxesProxyHandler.is_locked(_no_request(), {"username": username}):
        raise refusal()


def count_failure(username: str) -> None:
    """One more failure. Outside of the transaction that it ended, or the count is undone too."""
    AxesProxyHandler.user_login_failed("studysite", {"username": username}, _no_request())


def forget_failures(username: str) -> None:
    """Whoever has proved who they are starts anew."""
    AxesProxyHandler.reset_attempts(username=username)


def answer(
    request: HttpRequest, response: HttpResponse | None = None, credentials: object = None
) -> HttpResponse:
    """What a visitor gets who is locked out: the sentence, as their door says it."""
    error = refusal()
    if request.path.startswith("/api/"):
        body = {"code": error.code, "detail": str(error), "field": None}
        return JsonResponse(body, status=error.status)
    return render(request, "error.html", {"error": error}, status=error.status)


def _no_request() -> HttpRequest:
    """Services know no request; the count is by account alone."""
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "127.0.0.1"}
    return request
