"""Every page declares what it needs; one that does not is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from studysite.core.access import may
from studysite.core.errors import Invalid, NotPermitted, StudyError
from studysite.core.models import User
from studysite.core.roles import Action

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class StudyRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
    htmx: Any


def page(
    action: Action,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Declare the action that a page needs; the visitor must hold it at some site."""

    def declare(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may(request.user, action):
                raise NotPermitted(_("Your role does not open this page."))
            _refuse_nul(request, kwargs.values())
            answer = view(request, *args, **kwargs)
            # Or the next person at this computer reads it by going back.
            answer.setdefault("Cache-Control", "private, no-store")
            return answer

        guarded.required_action = action  # type: ignore[attr-defined]
        return guarded

    return declare


def _refuse_nul(request: HttpRequest, path: Iterable[Any]) -> None:
    """PostgreSQL keeps and seeks no text with a NUL in it. Nobody types one; forms refuse it at
    their fields, this everywhere else."""
    sent = [each for given in (request.GET, request.POST) for _name, each in given.lists()]
    if any("\x00" in str(value) for values in (*sent, path) for value in values):
        raise Invalid(_("This text cannot be kept."))


def open_to_all(view: Callable[..., Any]) -> Callable[..., Any]:
    """Declare that a page needs no sign-in."""
    view.required_action = None  # type: ignore[attr-defined]
    return view


def declared(view: Any) -> bool:
    """Whether a view says what it needs."""
    api_view = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return hasattr(view, "required_action") or hasattr(api_view, "actions_needed")


class DeclaredViewsOnly:
    """Refuse a route whose view says nothing about who may open it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if declared(view):
            return None
        refusal = NotPermitted(_("This page does not say who may open it, so nobody may."))
        return render(request, "error.html", {"error": refusal}, status=refusal.status)


class StudyErrorsAsPages:
    """A rule that was not kept is answered with its sentence, on a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, StudyError) or isinstance(error, Http404):
            return None
        return render(request, "error.html", {"error": error}, status=error.status)
