"""Calls to the API as a person makes them."""

from __future__ import annotations

from typing import Any

from django.core.signals import request_finished
from django.db import close_old_connections
from rest_framework.test import APIClient

from studysite.core.models import User

ROOT = "/api/v1/"


def client_of(user: User | None) -> APIClient:
    """A client that is signed in as somebody, or as nobody."""
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def call(user: User | None, method: str, path: str, body: Any = None) -> Any:
    """One request as somebody; the path is below `/api/v1/`."""
    return getattr(client_of(user), method.lower())(ROOT + path, body, format="json")


def got(user: User, path: str) -> Any:
    """The JSON of a GET that is answered."""
    answer = call(user, "GET", path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def end(answer: Any) -> None:
    """Close what an answer holds open, and not the database with it, which the test goes on in."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)
