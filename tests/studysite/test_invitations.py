"""A mailed link sets a password, once, within its time; a name is never given to somebody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from rest_framework.authtoken.models import Token

from studysite.core.accounts import close_account, end_role
from studysite.core.errors import Conflict, Invalid, NotPermitted, NotThere
from studysite.core.invitations import MailFailed, accept, invite, invite_again
from studysite.core.models import Act, Invitation, Membership, Site, User
from studysite.core.roles import Role
from tests.studysite.factors import give_app

PASSWORD = "correct horse battery staple"
WHO = {
    "username": "wang",
    "printed_name": "Wang Fang",
    "email": "wang@hospital.example",
    "role": Role.COORDINATOR,
    "language": "en",
    "root": "https://study.example/",
}


def invited(by: User, site: Site, **change: object) -> User:
    return invite(by=by, site=site, **(WHO | change))  # type: ignore[arg-type]


def link(mail: EmailMessage) -> str:
    found = re.search(r"https://study\.example(/accounts/invitation/\S+/)", str(mail.body))
    assert found is not None
    return found[1]


def token(mail: EmailMessage) -> str:
    return link(mail).split("/")[-2]


def test_a_link_sets_the_password_once(
    site: Site, administrator: User, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user = invited(administrator, site)
    (mail,) = mailoutbox
    assert mail.to == ["wang@hospital.example"]
    page = client.get(link(mail))
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    both = {"password": PASSWORD, "again": PASSWORD}
    assert client.post(link(mail), {**both, "again": "other"}).status_code == 422
    assert client.post(link(mail), {"password": "short", "again": "short"}).status_code == 422
    assert client.post(link(mail), both)["Location"] == "/accounts/login/"
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert client.get(link(mail)).status_code == 404
    assert client.post(link(mail), both).status_code == 404
    assert Act.objects.filter(action="invitation_accepted", by=user).count() == 1


def test_the_link_is_nowhere_but_in_the_mail(
    site: Site, administrator: User, mailoutbox: list[EmailMessage]
) -> None:
    invited(administrator, site)
    secret = token(mailoutbox[0])
    kept = str(list(Invitation.objects.values())) + str(list(Act.objects.values()))
    assert secret not in kept


def test_a_link_runs_out(site: Site, administrator: User, mailoutbox: list[EmailMessage]) -> None:
    invited(administrator, site)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotThere):
        accept(token=token(mailoutbox[0]), password=PASSWORD)


def test_the_mail_is_in_the_language_that_was_chosen(
    site: Site, administrator: User, mailoutbox: list[EmailMessage]
) -> None:
    invited(administrator, site, language="zh-hans")
    assert "您的用户名" in mailoutbox[0].body
    assert "Wang Fang" in mailoutbox[0].body


def test_before_the_link_is_used_nobody_signs_in(
    site: Site, administrator: User, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    invited(administrator, site)
    for password in ("", "!", PASSWORD):
        said = {"login": "wang", "password": password}
        assert client.post("/accounts/login/", said).status_code == 200


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"username": "wang fang"}, Invalid, "username"),
        ({"printed_name": " "}, Invalid, "printed_name"),
        ({"email": "nonsense"}, Invalid, "email"),
        ({"username": "ADMINISTRATOR"}, Conflict, "username"),
    ],
)
def test_a_wrong_invitation_is_refused(
    site: Site,
    administrator: User,
    mailoutbox: list[EmailMessage],
    change: dict[str, str],
    error: type[Invalid],
    field: str,
) -> None:
    with pytest.raises(error) as refusal:
        invited(administrator, site, **change)
    assert refusal.value.field == field
    assert mailoutbox == []


def test_only_an_administrator_of_the_site_invites(
    site: Site, other_site: Site, administrator: User, coordinator: User
) -> None:
    for by, at in ((coordinator, site), (administrator, other_site)):
        with pytest.raises(NotPermitted):
            invited(by, at)


def test_a_new_link_ends_what_opened_the_account_before(
    site: Site, administrator: User, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user = invited(administrator, site)
    accept(token=token(mailoutbox[0]), password=PASSWORD)
    user.refresh_from_db()
    client.post("/accounts/login/", {"login": "wang", "password": PASSWORD})
    Token.objects.create(user=user)
    give_app(user)
    assert client.get("/participants/").status_code == 200
    invite_again(
        by=administrator, user=user, language="en", root="https://study.example", reason="Lost."
    )
    assert client.get("/participants/").status_code == 302
    assert not Token.objects.exists()
    assert not UserSession.objects.exists()
    said = {"login": "wang", "password": PASSWORD}
    assert client.post("/accounts/login/", said).status_code == 200
    accept(token=token(mailoutbox[1]), password=f"{PASSWORD} two")
    said["password"] = f"{PASSWORD} two"
    assert client.post("/accounts/login/", said)["Location"] == "/"


def test_an_account_that_came_with_a_study_taken_in_is_invited_again_from_its_page(
    site: Site, administrator: User, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    """`import_study` brings accounts and no passwords."""
    user = invited(administrator, site)
    user.set_unusable_password()
    user.save()
    client.force_login(administrator)
    assert "/people/wang/link/" in client.get("/people/wang/").content.decode()
    client.post("/people/wang/link/", {"reason": "The study was taken in."})
    found = re.search(r"/accounts/invitation/\S+/", str(mailoutbox[-1].body))
    assert found is not None
    visitor = Client()
    visitor.post(found[0], {"password": PASSWORD, "again": PASSWORD})
    answer = visitor.post("/accounts/login/", {"login": "wang", "password": PASSWORD})
    assert answer["Location"] == "/"


def test_an_older_link_ends_with_the_newer(
    site: Site, administrator: User, mailoutbox: list[EmailMessage]
) -> None:
    user = invited(administrator, site)
    invite_again(
        by=administrator, user=user, language="en", root="https://study.example", reason="Lost."
    )
    with pytest.raises(NotThere):
        accept(token=token(mailoutbox[0]), password=PASSWORD)


def test_a_role_that_ends_is_felt_with_the_next_request(
    site: Site, administrator: User, coordinator: User, client: Client
) -> None:
    client.force_login(coordinator)
    assert client.get("/participants/").status_code == 200
    end_role(by=administrator, user=coordinator, site=site, role=Role.COORDINATOR, reason="Moved.")
    assert client.get("/participants/").status_code == 403


def test_a_closed_account_is_signed_out_everywhere(
    site: Site, administrator: User, mailoutbox: list[EmailMessage]
) -> None:
    user = invited(administrator, site)
    accept(token=token(mailoutbox[0]), password=PASSWORD)
    user.refresh_from_db()
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.post("/accounts/login/", {"login": "wang", "password": PASSWORD})
    key = Token.objects.create(user=user).key
    close_account(by=administrator, user=user, reason="Left.")
    for browser in browsers:
        assert browser.get("/participants/").status_code == 302
    heads = {"HTTP_AUTHORIZATION": f"Token {key}"}
    assert Client().get("/api/v1/me/", **heads).status_code == 401
    assert Membership.objects.filter(user=user).exists()


def test_one_ends_ones_other_sessions(
    site: Site, administrator: User, mailoutbox: list[EmailMessage]
) -> None:
    invited(administrator, site)
    accept(token=token(mailoutbox[0]), password=PASSWORD)
    here, there = Client(), Client()
    for browser in (here, there):
        browser.post("/accounts/login/", {"login": "wang", "password": PASSWORD})
    assert len(here.get("/accounts/sessions/").context["sessions"]) == 2
    here.post("/accounts/sessions/")
    assert here.get("/participants/").status_code == 200
    assert there.get("/participants/").status_code == 302


def test_a_changed_password_ends_the_other_sessions_and_the_key(
    site: Site, administrator: User, mailoutbox: list[EmailMessage]
) -> None:
    user = invited(administrator, site)
    accept(token=token(mailoutbox[0]), password=PASSWORD)
    here, there = Client(), Client()
    for browser in (here, there):
        browser.post("/accounts/login/", {"login": "wang", "password": PASSWORD})
    Token.objects.create(user=user)
    new = {"oldpassword": PASSWORD, "password1": f"{PASSWORD} 2", "password2": f"{PASSWORD} 2"}
    assert here.post("/accounts/password/", new)["Location"] == "/accounts/"
    assert here.get("/participants/").status_code == 200
    assert there.get("/participants/").status_code == 302
    assert not Token.objects.exists()
    assert Act.objects.filter(action="password_changed", by=user).count() == 1


class Silent:
    """A mail server that does not answer."""

    def __init__(self, **kwargs: object) -> None: ...

    def send_messages(self, messages: list[EmailMessage]) -> int:
        raise ConnectionRefusedError(111, "Connection refused")


def test_nobody_is_invited_by_a_mail_that_is_not_sent(
    site: Site, administrator: User, client: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Silent"
    with pytest.raises(MailFailed):
        invited(administrator, site)
    client.force_login(administrator)
    said = {**WHO, "site": site.pk}
    answer = client.post("/people/invite/", said)
    assert answer.status_code == 503
    assert "could not be sent" in answer.content.decode()
    assert not User.objects.filter(username="wang").exists()
