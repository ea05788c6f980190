"""The administrator's pages: invite, give and end roles, close, add a site."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from studysite.core.models import Membership, Site, User
from studysite.core.roles import Role

INVITED = {
    "printed_name": "Wang Fang",
    "username": "wang",
    "email": "wang@hospital.example",
    "role": "coordinator",
    "language": "en",
}


@pytest.fixture
def admin_client(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def test_somebody_is_invited_and_gets_a_mail(
    admin_client: Client, site: Site, mailoutbox: list[EmailMessage]
) -> None:
    answer = admin_client.post("/people/invite/", INVITED | {"site": site.pk})
    assert answer["Location"] == "/people/wang/"
    assert "http://testserver/accounts/invitation/" in mailoutbox[0].body
    assert "Invited" in admin_client.get("/people/wang/").content.decode()
    assert "wang" in admin_client.get("/people/").content.decode()


def test_a_name_that_is_taken_is_told_at_its_field(
    admin_client: Client, site: Site, mailoutbox: list[EmailMessage]
) -> None:
    admin_client.post("/people/invite/", INVITED | {"site": site.pk})
    answer = admin_client.post("/people/invite/", INVITED | {"site": site.pk, "username": "Wang"})
    assert answer.status_code == 409
    assert answer.context["form"].errors.keys() == {"username"}


def test_roles_are_given_and_ended(admin_client: Client, site: Site, reader: User) -> None:
    url = f"/people/{reader.username}/"
    refused = admin_client.post(f"{url}roles/", {"site": site.pk, "role": "monitor"})
    assert refused.status_code == 409
    assert "cannot be both" in refused.content.decode()
    end = f"{url}roles/{site.code}/reader/"
    assert admin_client.get(end).status_code == 200
    assert admin_client.post(end, {"reason": " "}).status_code == 422
    assert admin_client.post(end, {"reason": "Moved."})["Location"] == url
    assert (
        admin_client.post(f"{url}roles/", {"site": site.pk, "role": "monitor"}).status_code == 302
    )
    held = Membership.objects.filter(user=reader).values_list("role", flat=True)
    assert list(held) == [Role.MONITOR]


def test_an_account_is_closed_with_a_reason(admin_client: Client, reader: User) -> None:
    url = f"/people/{reader.username}/"
    assert admin_client.post(f"{url}close/", {"reason": ""}).status_code == 422
    assert admin_client.post(f"{url}close/", {"reason": "Left."}).status_code == 302
    page = admin_client.get(url).content.decode()
    assert "Closed" in page
    assert f"{url}close/" not in page


def test_a_new_link_is_mailed(
    admin_client: Client, reader: User, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.filter(pk=reader.pk).update(email="reader@hospital.example")
    url = f"/people/{reader.username}/link/"
    admin_client.post(url, {"reason": ""})
    assert mailoutbox == []
    admin_client.post(url, {"reason": "Lost the telephone."})
    assert mailoutbox[0].to == ["reader@hospital.example"]


def test_a_site_is_added(admin_client: Client) -> None:
    assert admin_client.get("/people/sites/new/").status_code == 200
    assert admin_client.post("/people/sites/new/", {"code": "b", "name": "B"}).status_code == 422
    answer = admin_client.post("/people/sites/new/", {"code": "BJ", "name": "Beijing"})
    assert answer["Location"] == "/people/"
    assert "Beijing" in admin_client.get("/people/").content.decode()


def test_an_account_of_another_site_is_not_there(admin_client: Client, stranger: User) -> None:
    url = f"/people/{stranger.username}/"
    assert admin_client.get(url).status_code == 404
    for act in ("roles/", "close/", "link/"):
        assert admin_client.post(url + act, {"reason": "x"}).status_code == 404
