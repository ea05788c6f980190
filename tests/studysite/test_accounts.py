"""Accounts and roles."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate

from studysite.core.access import roles_of
from studysite.core.accounts import close_account, create_account, end_role, give_role
from studysite.core.errors import Conflict, Invalid, NotPermitted, StudyError
from studysite.core.models import Act, Site, User
from studysite.core.roles import Role

PASSWORD = "correct horse battery staple"


def made(site: Site, by: User | None = None, **change: object) -> User:
    said = {
        "username": "wang",
        "printed_name": "Wang Fang",
        "password": PASSWORD,
        "role": Role.COORDINATOR,
    }
    return create_account(by=by, site=site, **(said | change))  # type: ignore[arg-type]


def test_an_account_is_made_with_its_role_and_password(site: Site, administrator: User) -> None:
    user = made(site, administrator)
    assert roles_of(user, site) == {Role.COORDINATOR}
    assert authenticate(username="wang", password=PASSWORD) == user
    act = Act.objects.get()
    assert (act.by, act.subject, act.action) == (administrator, "wang", "manage_accounts")
    assert PASSWORD not in act.detail


def test_the_system_makes_the_first_account(site: Site) -> None:
    made(site)
    assert Act.objects.get().by is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "wang fang"}, "username"),
        ({"username": "w" * 33}, "username"),
        ({"username": ""}, "username"),
        ({"printed_name": " "}, "printed_name"),
        ({"password": "short"}, "password"),
        ({"password": "1234567890123"}, "password"),
    ],
)
def test_a_wrong_account_is_refused_with_its_field(
    site: Site, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        made(site, **change)
    assert refusal.value.field == field
    assert not User.objects.exists()


def test_a_user_name_is_never_given_again(site: Site) -> None:
    close_account(by=None, user=made(site), reason="Left the hospital.")
    with pytest.raises(Conflict):
        made(site, username="WANG")


def test_a_closed_account_holds_no_role_and_does_not_sign_in(site: Site) -> None:
    user = made(site)
    close_account(by=None, user=user, reason="Left the hospital.")
    assert roles_of(user, site) == frozenset()
    assert authenticate(username="wang", password=PASSWORD) is None


def test_roles_are_given_and_ended_with_a_reason(site: Site, administrator: User) -> None:
    user = made(site)
    role = {"user": user, "site": site, "role": Role.INVESTIGATOR}
    give_role(by=administrator, **role)
    with pytest.raises(Conflict):
        give_role(by=administrator, **role)
    with pytest.raises(Invalid):
        end_role(by=administrator, reason=" ", **role)
    end_role(by=administrator, reason="Moved.", **role)
    assert roles_of(user, site) == {Role.COORDINATOR}
    with pytest.raises(Conflict):
        end_role(by=administrator, reason="Moved.", **role)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_manages_accounts(site: Site, role: Role) -> None:
    by = made(site, username="other", role=role)
    with pytest.raises(NotPermitted):
        made(site, by)
    with pytest.raises(NotPermitted):
        give_role(by=by, user=by, site=site, role=Role.ADMINISTRATOR)


def test_an_administrator_of_another_site_makes_no_account_here(
    site: Site, other_site: Site
) -> None:
    by = made(other_site, username="other", role=Role.ADMINISTRATOR)
    with pytest.raises(StudyError):
        made(site, by)
