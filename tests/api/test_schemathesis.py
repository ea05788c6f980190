"""Our own API, called as its schema says and as it does not, in every role: never a server error,
never an answer that the schema does not tell of. `EXAMPLES=50` looks longer."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.authtoken.models import Token
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from studysite.core.acts import acting
from studysite.core.roles import Role
from tests.api.calls import end
from tests.api.scene import Scene

EXAMPLES = int(os.environ.get("EXAMPLES", "1"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# What the addresses' parameters are called in the scene, by the beginning of the address.
PLACES = {
    "intakes": "intake",
    "held": "held",
    "series": "series",
    "scans": "scan",
    "measurements": "measurement",
    "documents": "document",
    "jobs": "job",
    "reads": "read",
    "adjudications": "third",
    "queries": "query",
    "closures": "closure",
    "unlock-requests": "unlocking",
}
NAMED = {"form": "severity", "visit": "baseline", "key": "severity", "side": "left"}


class _Undo(Exception):
    pass


@pytest.fixture(scope="module")
def tries() -> list[tuple[str, Any]]:
    """For each operation of the schema, with the site behind it: its address, and the calls that
    the schema allows and some that it does not."""
    load_all_checks()
    told = json.loads(json.dumps(SchemaGenerator().get_schema(public=True), default=str))
    schema = schemathesis.openapi.from_dict(told)
    schema.app = _closing(get_wsgi_application())
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    found = [each.ok() for each in schema.get_all_operations()]
    return [
        (each.path, st.one_of(*(each.as_strategy(generation_mode=mode) for mode in modes)))
        for each in found
    ]


def _closing(site: Any) -> Any:
    """The site behind a server that closes what it has sent, as every server does."""

    def serve(environ: Any, start: Any) -> list[bytes]:
        answer = site(environ, start)
        try:
            return [b"".join(answer)]
        finally:
            end(answer)

    return serve


def known(path: str, parameter: str, names: dict[str, object]) -> object:
    """A parameter that there is a row for."""
    if "/pieces/" in path:
        return names["intake"]
    if parameter in NAMED:
        return NAMED[parameter]
    if parameter == "number":
        return names["number"]
    if parameter == "name":
        return "plain_endoscopy.png" if "/reads/" in path else "endoscopy.png"
    return names[PLACES[path.removeprefix("/api/v1/").split("/")[0]]]


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_the_api_keeps_to_its_schema(
    role: Role, tries: list[tuple[str, Any]], scene: Scene
) -> None:
    user = scene.user(role)
    with acting(user, "test"):
        key = Token.objects.create(user=user).key
    for path, cases in tries:
        _try(path, cases, key, scene.names)


def _try(path: str, cases: Any, key: str, names: dict[str, object]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, real=st.booleans())
    def tried(case: Any, real: bool) -> None:
        if real:
            for name in case.path_parameters:
                case.path_parameters[name] = known(path, name, names)
        try:
            with transaction.atomic(), transaction.atomic("vault"):
                answer = case.call(headers={"Authorization": f"Token {key}"})
                raise _Undo
        except _Undo:
            case.validate_response(answer, checks=CHECKS)

    tried()
