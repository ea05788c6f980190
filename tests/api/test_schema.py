"""The schema is valid, whole and typed, and says what is there."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.urls import path
from drf_spectacular.management.commands.spectacular import SchemaGenerationError
from rest_framework.request import Request
from rest_framework.response import Response

from studysite.core.api_view import StudyView
from studysite.core.roles import Action
from tests.api.access_table import TABLE

# These are asked for by their address alone.
NO_BODY = {"confirm_eligibility", "close_intake", "retry_job", "sign_out", "seal_allocation"}
NO_BODY |= {"verify_visit", "make_training_set", "ask_suggestion", "send_again"}
NO_BODY |= {"take_back_unlock"}
NO_BODY |= {"remove_key_image"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """What the command prints; any warning of its own is an error."""
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    return dict(yaml.safe_load(out.getvalue()))


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield address, method, operation


def test_every_method_of_the_table_is_in_the_schema(schema: dict[str, Any]) -> None:
    due = {(row.route, row.method) for row in TABLE if row.route not in {"schema", "docs"}}
    assert len(list(operations(schema))) == len(due | {("token", "POST")})


def test_every_answer_has_a_type(schema: dict[str, Any]) -> None:
    for address, method, operation in operations(schema):
        good = {code: body for code, body in operation["responses"].items() if code[0] == "2"}
        assert len(good) == 1, (address, method)
        (code, body), *_rest = good.items()
        assert code == "204" or all(part["schema"] for part in body["content"].values())
        assert code == "204" or body["content"], (address, method)


def test_every_refusal_has_a_type(schema: dict[str, Any]) -> None:
    error = {"$ref": "#/components/schemas/ErrorOut"}
    for address, method, operation in operations(schema):
        for code in ("400", "401", "403", "404", "409", "422"):
            content = operation["responses"][code]["content"]
            assert content["application/json"]["schema"] == error, (address, method)


def test_every_body_has_a_type(schema: dict[str, Any]) -> None:
    for address, method, operation in operations(schema):
        expected = method != "get" and operation["operationId"] not in NO_BODY
        assert ("requestBody" in operation) == expected, (address, method)


def test_every_operation_says_what_it_does(schema: dict[str, Any]) -> None:
    told = [operation for _path, _method, operation in operations(schema)]
    assert all(operation["summary"] and operation["description"] for operation in told)
    assert len({operation["operationId"] for operation in told}) == len(told)


class Untyped(StudyView):
    """Says nothing of what it gives."""

    actions_needed = {"get": Action.SIGN_IN}

    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [path("api/v1/untyped/", Untyped.as_view())]


def test_a_view_without_a_type_is_found() -> None:
    with pytest.raises(SchemaGenerationError):
        call_command("spectacular", urlconf=__name__, fail_on_warn=True, stdout=StringIO())
