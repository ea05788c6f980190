"""Accounts and roles."""

from __future__ import annotations

from itertools import permutations

import pytest
from django.test import Client

from studysite.core.access import roles_of
from studysite.core.accounts import (
    add_administrator,
    add_site,
    close_account,
    create_account,
    end_role,
    find_account,
    give_role,
    people,
)
from studysite.core.errors import (
    Conflict,
    Invalid,
    NotPermitted,
    NotThere,
    OutOfOrder,
    StudyError,
)
from studysite.core.models import Act, Membership, Site, User
from studysite.core.roles import APART, POLICY, Action, Role

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
    assert user.check_password(PASSWORD)
    act = Act.objects.get()
    assert (act.by, act.subject, act.action) == (administrator, "wang", "manage_accounts")
    assert PASSWORD not in act.detail


def test_the_system_makes_the_first_account(site: Site) -> None:
    made(site)
    assert Act.objects.get().by is None


FIRST = {
    "code": "XJ",
    "site_name": "First Affiliated Hospital",
    "username": "xu",
    "printed_name": "Xu Bo",
    "password": PASSWORD,
    "reason": "The study begins.",
}


def test_a_study_begins_with_a_site_and_who_administers_it(db: None) -> None:
    user = add_administrator(**FIRST)
    assert roles_of(user, Site.objects.get(code="XJ")) == {Role.ADMINISTRATOR}
    act = Act.objects.get(action="manage_accounts", subject="xu")
    assert (act.by, act.reason) == (None, "The study begins.")
    another = add_administrator(**FIRST | {"username": "lu", "site_name": "", "reason": "Xu left."})
    assert roles_of(another, Site.objects.get()) == {Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "xj"}, "code"),
        ({"site_name": " "}, "name"),
        ({"password": "short"}, "password"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_study_does_not_begin_with(db: None, change: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add_administrator(**FIRST | change)
    assert refusal.value.field == field
    assert not Site.objects.exists()
    assert not User.objects.exists()


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


def test_a_closed_account_holds_no_role_and_does_not_sign_in(site: Site, client: Client) -> None:
    user = made(site)
    close_account(by=None, user=user, reason="Left the hospital.")
    assert roles_of(user, site) == frozenset()
    assert (
        client.post("/accounts/login/", {"login": "wang", "password": PASSWORD}).status_code == 200
    )


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


@pytest.mark.parametrize("pair", sorted(APART, key=sorted), ids=lambda pair: "-".join(sorted(pair)))
def test_duties_that_are_kept_apart_are_not_held_together(
    site: Site, other_site: Site, administrator: User, pair: frozenset[Role]
) -> None:
    """At whatever sites, and in whichever order."""
    Membership.objects.create(user=administrator, site=other_site, role=Role.ADMINISTRATOR)
    for number, (first, second) in enumerate(permutations(pair)):
        user = made(site, administrator, username=f"both-{number}", role=first)
        for at in (site, other_site):
            with pytest.raises(Conflict) as refusal:
                give_role(by=administrator, user=user, site=at, role=second)
            assert refusal.value.code == "duties_apart"
    assert roles_of(user) == {first}


def test_a_reader_holds_no_role_that_is_not_blinded() -> None:
    unblinded = POLICY[Action.SEE_ARM] | POLICY[Action.SEE_CLINICAL] | POLICY[Action.SEE_READS]
    assert all(frozenset({Role.READER, role}) in APART for role in unblinded)
    assert all(frozenset({Role.ANALYST, role}) in APART for role in unblinded)


def test_nobody_ends_their_own_account_or_administration(site: Site, administrator: User) -> None:
    with pytest.raises(OutOfOrder):
        close_account(by=administrator, user=administrator, reason="By mistake.")
    with pytest.raises(OutOfOrder):
        end_role(
            by=administrator,
            user=administrator,
            site=site,
            role=Role.ADMINISTRATOR,
            reason="By mistake.",
        )


def test_an_account_of_two_sites_is_closed_by_who_administers_both(
    site: Site, other_site: Site, administrator: User
) -> None:
    user = made(site, administrator)
    Membership.objects.create(user=user, site=other_site, role=Role.COORDINATOR)
    with pytest.raises(NotPermitted):
        close_account(by=administrator, user=user, reason="Left.")
    assert roles_of(user, other_site) == {Role.COORDINATOR}


def test_a_new_site_is_administered_by_who_added_it(administrator: User) -> None:
    added = add_site(by=administrator, code="PK2", name="Another Hospital")
    assert roles_of(administrator, added) == {Role.ADMINISTRATOR}
    for code, name in (("pk", "Lower case"), ("P", "Short"), ("PK3", " "), ("PK2", "Twice")):
        with pytest.raises(StudyError):
            add_site(by=administrator, code=code, name=name)


def test_an_administrator_knows_the_accounts_of_their_sites_alone(
    site: Site, other_site: Site, administrator: User, stranger: User
) -> None:
    mine = made(site, administrator)
    assert set(people(administrator)) == {mine, administrator}
    with pytest.raises(NotThere):
        find_account(by=administrator, username=stranger.username)
