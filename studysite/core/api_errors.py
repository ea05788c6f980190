"""The one place that turns errors into HTTP answers of the API: `{"code", "detail", "field"}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from studysite.core.errors import StudyError


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """A rule of the study or of the request that was not kept; None for what nobody foresaw."""
    if isinstance(error, StudyError):
        body = {"code": error.code, "detail": str(error), "field": error.field}
        return Response(body, status=error.status)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        response.data = _malformed(error)
    else:
        detail = response.data["detail"]
        response.data = {"code": detail.code, "detail": str(detail), "field": None}
    return response


def _malformed(error: ValidationError) -> dict[str, Any]:
    """DRF's own errors, and one sentence that says them all."""
    found = list(_places(error.detail))
    sentences = (f"{place}: {sentence}" if place else sentence for place, sentence in found)
    return {
        "code": "malformed",
        "detail": " ".join(sentences),
        "field": found[0][0] or None,
        "errors": error.detail if isinstance(error.detail, dict) else {"": error.detail},
    }


def _places(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every sentence with the place it is about, such as `ends.left.canal_mm`."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            own = "" if key == "non_field_errors" else str(key)
            yield from _places(inner, ".".join(filter(None, (path, own))))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _places(inner, path)
    else:
        yield path, str(detail)
