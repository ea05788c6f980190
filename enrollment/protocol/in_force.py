"""Which version of the protocol is in force: what the newest release says, asked once a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from enrollment.models.releases import ProtocolRelease

Release = tuple[str, str] | None
# None outside a request: there the database is asked each time.
_known: ContextVar[dict[str, Release] | None] = ContextVar("protocol_in_force", default=None)


def release_of(protocol: str) -> Release:
    """The version and digest of the newest release; None while nothing was released here."""
    asked = _known.get()
    if asked is not None and protocol in asked:
        return asked[protocol]
    rows = ProtocolRelease.objects.filter(protocol=protocol).order_by("-id")
    found = rows.values_list("version", "sha256").first()
    if asked is not None:
        asked[protocol] = found
    return found


def forget() -> None:
    """Ask the database again, for a version has come into force."""
    asked = _known.get()
    if asked is not None:
        asked.clear()


@contextmanager
def known(releases: dict[str, Release]) -> Iterator[None]:
    """What follows asks the database once for each protocol that is not known here."""
    token = _known.set(releases)
    try:
        yield
    finally:
        _known.reset(token)


@contextmanager
def asked_once() -> Iterator[None]:
    """What follows asks the database once, as a request does, wherever it is called from."""
    if _known.get() is not None:
        yield
        return
    with known({}):
        yield


class AskedOnceARequest:
    """The protocol stays the same while a request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with known({}):
            return self.get_response(request)
