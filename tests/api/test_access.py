"""Every method of every route, for every role, at the site and at another one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern

from studysite import api
from studysite.core.models import User
from studysite.core.roles import Role
from tests.api.access_table import LETTERS, TABLE, Row
from tests.api.calls import call, end
from tests.api.scene import Scene, build
from tests.reports import factory


def status(user: User | None, row: Row, names: dict[str, object]) -> int:
    """What somebody gets, with everything undone afterwards."""
    body: Any = row.body
    if body is not None:
        body = json.loads(json.dumps(body).replace("{number}", str(names["number"])))
    try:
        with transaction.atomic(), transaction.atomic("vault"):
            answer = call(user, row.method, row.path.format(**names), body)
            end(answer)
            raise _Undo
    except _Undo:
        return answer.status_code


class _Undo(Exception):
    pass


@pytest.mark.parametrize(("letter", "role"), LETTERS.items())
def test_each_role_gets_what_the_table_says(letter: str, role: Role, scene: Scene) -> None:
    user = scene.user(role)
    wrong = [
        f"{row}: {seen}, not {due}"
        for row in TABLE
        if (seen := status(user, row, scene.names))
        != (due := row.status if letter in row.roles else 403)
    ]
    assert wrong == []


@pytest.mark.parametrize(("letter", "role"), LETTERS.items())
def test_another_site_is_not_there(letter: str, role: Role, scene: Scene) -> None:
    stranger = build("PK").user(role)
    rows = [row for row in TABLE if row.scoped]
    wrong = [
        f"{row}: {seen}, not {due}"
        for row in rows
        if (seen := status(stranger, row, scene.names))
        != (due := 404 if letter in row.roles else 403)
    ]
    assert wrong == []
    assert len(rows) > 40


def test_nobody_is_asked_to_sign_in(scene: Scene) -> None:
    asked = {str(row): status(None, row, scene.names) for row in TABLE}
    assert asked.pop("GET docs/") == 302
    assert set(asked.values()) == {401}


def test_somebody_without_a_role_gets_nothing(scene: Scene) -> None:
    nobody = User.objects.create_user("nobody")
    assert {status(nobody, row, scene.names) for row in TABLE} == {403}


def test_a_closed_account_gets_nothing(scene: Scene) -> None:
    user = scene.cast.coordinator
    user.is_active = False
    user.save()
    assert {status(user, row, scene.names) for row in TABLE} == {403}


def test_the_table_names_every_method_of_every_route() -> None:
    named = {(row.route, row.method.lower()) for row in TABLE} | {("token", "post")}
    routes = [route for route in api.urlpatterns if isinstance(route, URLPattern)]
    there = {
        (str(route.name), method)
        for route in routes
        for method in route.callback.cls.actions_needed  # type: ignore[attr-defined]
    }
    assert len(routes) == len(api.urlpatterns)
    assert named == there


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "OPTIONS", "PUT"])
def test_a_method_that_no_view_names_is_not_there(method: str, scene: Scene) -> None:
    user = scene.cast.coordinator
    for row in TABLE:
        others = {each.method for each in TABLE if each.route == row.route}
        if method not in others and row.route not in {"schema", "docs"}:
            assert call(user, method, row.path.format(**scene.names)).status_code == 405, row


def test_a_list_holds_the_rows_of_ones_own_sites_alone(scene: Scene) -> None:
    factory.screened(factory.make_cast("PK"))
    found = call(scene.cast.coordinator, "GET", "participants/").json()
    assert [row["number"] for row in found["results"]] == [scene.participant.number]
