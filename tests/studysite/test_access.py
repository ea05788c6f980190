"""The policy table, applied to people, sites and rows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from studysite.core.access import may, require, roles_of, scoped, sites_for
from studysite.core.errors import NotPermitted
from studysite.core.models import Membership, Site
from studysite.core.roles import POLICY, Action, Role
from tests.studysite.conftest import Cast

pytestmark = pytest.mark.django_db

# What PROTOCOL.md says each role must never see or do.
NEVER = [
    (Role.READER, {Action.SEE_IDENTITY, Action.SEE_CLINICAL, Action.SEE_READS, Action.SEE_ARM}),
    (Role.READER, {Action.SEE_PARTICIPANTS, Action.SEE_MEASUREMENTS, Action.SEE_HISTORY}),
    (Role.ANALYST, {Action.SEE_ARM, Action.SEE_CLINICAL, Action.SEE_READS, Action.SEE_IDENTITY}),
    (Role.COORDINATOR, {Action.SEE_READS, Action.SEE_MEASUREMENTS, Action.SEE_CASE_SUMMARY}),
    (Role.MONITOR, {Action.SCREEN, Action.ENTER_FORM, Action.ENROL, Action.MEASURE, Action.LOCK}),
    (Role.DATA_MANAGER, {Action.ENTER_FORM, Action.SEE_IDENTITY, Action.MEASURE, Action.SCREEN}),
    (
        Role.ADMINISTRATOR,
        set(Action)
        - {Action.SIGN_IN, Action.SEE_WORKLIST}
        - {Action.MANAGE_ACCOUNTS, Action.MANAGE_PEERS, Action.ROTATE_VAULT_KEY},
    ),
]


@pytest.mark.parametrize(("role", "actions"), NEVER)
def test_what_a_role_must_never_do(role: Role, actions: set[Action]) -> None:
    assert {action for action in actions if role in POLICY[action]} == set()


@pytest.mark.parametrize("role", Role)
def test_a_person_may_what_the_table_says_at_their_site_and_nothing_elsewhere(
    role: Role, person: Cast, here: Site, there: Site
) -> None:
    user = person(role)
    allowed = {action for action in Action if role in POLICY[action]}
    assert {action for action in Action if may(user, action)} == allowed
    assert {action for action in Action if may(user, action, here)} == allowed
    assert not any(may(user, action, there) for action in Action)


def test_two_roles_add_up(person: Cast) -> None:
    user = person(Role.READER, Role.ANALYST)
    assert may(user, Action.READ_CASE)
    assert may(user, Action.MEASURE)


def test_a_role_elsewhere_does_not_count_here(person: Cast, here: Site, there: Site) -> None:
    user = person(Role.INVESTIGATOR, at=there)
    assert roles_of(user, here) == frozenset()
    assert list(sites_for(user, Action.ENROL)) == [there]


def test_nobody_without_an_account_may_anything(here: Site) -> None:
    assert not any(may(AnonymousUser(), action) for action in Action)
    assert not sites_for(AnonymousUser(), Action.SEE_WORKLIST).exists()


def test_a_closed_account_may_nothing(person: Cast, here: Site) -> None:
    user = person(Role.INVESTIGATOR)
    user.is_active = False
    assert roles_of(user) == frozenset()
    assert not sites_for(user, Action.ENROL).exists()


def test_a_lost_role_is_felt_at_once(person: Cast) -> None:
    user = person(Role.COORDINATOR)
    assert may(user, Action.SCREEN)
    Membership.objects.all().delete()
    assert not may(user, Action.SCREEN)


def test_a_refusal_is_a_sentence(person: Cast) -> None:
    with pytest.raises(NotPermitted, match=r"^Your role .*\.$"):
        require(person(Role.READER), Action.SCREEN)


def test_only_rows_of_ones_own_sites_are_in_reach(person: Cast, here: Site, there: Site) -> None:
    user = person(Role.MONITOR)
    everyone = Membership.objects.all()
    Membership.objects.create(user=person(name="other"), site=there, role=Role.READER)
    assert {row.site for row in scoped(everyone, user, Action.SEE_HISTORY)} == {here}
    assert not scoped(everyone, user, Action.ENROL).exists()
