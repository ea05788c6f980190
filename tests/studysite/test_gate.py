"""Every page says who may open it; one that says nothing opens for nobody."""

from __future__ import annotations

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from enrollment.form_page import form_url
from studysite.core.errors import Conflict, Invalid, NotThere
from studysite.core.gate import open_to_all, page
from studysite.core.models import User
from studysite.core.roles import Action, Role
from studysite.urls import urlpatterns as site_urls
from tests.conftest import Enter
from tests.studysite.conftest import Cast


@page(Action.SCREEN)
def screening(request: HttpRequest) -> HttpResponse:
    return HttpResponse("screening")


@open_to_all
def front(request: HttpRequest) -> HttpResponse:
    return HttpResponse("front")


def silent(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody should read this")


@open_to_all
def refusing(request: HttpRequest, kind: str) -> HttpResponse:
    raise {"conflict": Conflict, "invalid": Invalid, "gone": NotThere}[kind]("Not <b>so</b>.")


class Both(APIView):
    actions_needed = {"get": Action.SEE_PARTICIPANTS}

    def get(self, request: Request) -> Response:
        return Response({"ok": True})

    def post(self, request: Request) -> Response:
        return Response({"ok": True})


class Refusing(APIView):
    actions_needed = {"get": Action.SIGN_IN}

    def get(self, request: Request) -> Response:
        raise Invalid("The birth date lies in the future.", field="birth_date")


urlpatterns = [
    path("t/screening", screening),
    path("t/front", front),
    path("t/silent", silent),
    path("t/refusing/<kind>", refusing),
    path("t/api/both", Both.as_view()),
    path("t/api/refusing", Refusing.as_view()),
    path("", include(site_urls)),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.studysite.test_gate")]


def test_a_page_without_a_declaration_is_refused(client: Client, person: Cast) -> None:
    client.force_login(person(*Role))
    answer = client.get("/t/silent")
    assert answer.status_code == 403
    assert b"nobody should read this" not in answer.content


def test_a_page_for_all_opens_for_a_visitor(client: Client) -> None:
    assert client.get("/t/front").content == b"front"


def test_no_browser_keeps_a_page_of_the_study(client: Client, person: Cast) -> None:
    client.force_login(person(Role.COORDINATOR))
    assert client.get("/t/screening")["Cache-Control"] == "private, no-store"


def test_a_visitor_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/t/screening?page=2")
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/t/screening%3Fpage%3D2")


@pytest.mark.parametrize(("role", "status"), [(Role.COORDINATOR, 200), (Role.READER, 403)])
def test_a_page_opens_for_the_roles_of_its_action(
    client: Client, person: Cast, role: Role, status: int
) -> None:
    client.force_login(person(role))
    assert client.get("/t/screening").status_code == status


@pytest.mark.parametrize(("kind", "status"), [("conflict", 409), ("invalid", 422), ("gone", 404)])
def test_a_rule_not_kept_is_answered_with_its_status(
    client: Client, kind: str, status: int
) -> None:
    assert client.get(f"/t/refusing/{kind}").status_code == status


def test_the_sentence_is_on_the_page_and_harmless(client: Client) -> None:
    assert "Not &lt;b&gt;so&lt;/b&gt;." in client.get("/t/refusing/invalid").content.decode()


def test_a_record_not_there_is_a_404_to_django_too() -> None:
    assert issubclass(NotThere, Http404)


@pytest.mark.parametrize(("role", "status"), [(Role.MONITOR, 200), (Role.READER, 403)])
def test_the_api_opens_for_the_roles_of_its_action(
    client: Client, person: Cast, role: Role, status: int
) -> None:
    client.force_login(person(role))
    assert client.get("/t/api/both").status_code == status


def test_a_method_without_a_declaration_is_refused(client: Client, person: Cast) -> None:
    client.force_login(person(*Role))
    assert client.post("/t/api/both").status_code == 403


def test_the_api_refuses_a_visitor(client: Client) -> None:
    assert client.get("/t/api/both").status_code in {401, 403}


def test_the_api_answers_a_rule_not_kept_with_code_sentence_and_field(
    client: Client, person: Cast
) -> None:
    client.force_login(person(Role.COORDINATOR))
    answer = client.get("/t/api/refusing")
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "invalid",
        "detail": "The birth date lies in the future.",
        "field": "birth_date",
    }


@override_settings(DEBUG=False)
def test_a_page_may_run_no_script_but_its_own(client: Client) -> None:
    policy = client.get("/t/front")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "address",
    [
        "/scans/?number=%00",
        "/scans/held/?state=wait%00ing",
        "/scans/of/XA%00/",
        "/participants/?q=%00",
    ],
)
def test_a_text_that_postgresql_cannot_seek_is_refused(
    client: Client, coordinator: User, address: str
) -> None:
    client.force_login(coordinator)
    assert client.get(address).status_code == 422


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_reason_that_postgresql_cannot_keep_is_refused(
    client: Client, coordinator: User, enter: Enter
) -> None:
    client.force_login(coordinator)
    said = {"act": "move", "seen_revision": "0", "reason": "\x00"}
    form = form_url(enter().number, "screening", "demographics")
    assert client.get(form).status_code == 200
    assert client.post(form, said).status_code == 422
