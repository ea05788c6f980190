"""A request begins with nobody named: the page's act says who writes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from studysite.core.audit.writer import nobody


class NobodyYet:
    """Forgets whoever this thread last wrote for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with nobody():
            return self.get_response(request)
