"""The one place that turns errors into HTTP answers of the API."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from studysite.core.errors import StudyError


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """A `StudyError` as `{"code", "detail", "field"}`; the rest as DRF answers it."""
    if isinstance(error, StudyError):
        body = {"code": error.code, "detail": str(error), "field": error.field}
        return Response(body, status=error.status)
    return exception_handler(error, context)
