"""The policy table applied: to a person, a site, and a queryset."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from studysite.core.errors import NotPermitted
from studysite.core.models import Membership, Site, User
from studysite.core.roles import POLICY, Action, Role

Person = User | AnonymousUser
M = TypeVar("M", bound=Model)


def roles_of(user: Person, site: Site | None = None) -> frozenset[Role]:
    """The roles a person holds, at one site or anywhere."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    held = Membership.objects.filter(user=user)
    if site is not None:
        held = held.filter(site=site)
    return frozenset(Role(role) for role in held.values_list("role", flat=True))


def actions_of(user: Person, site: Site | None = None) -> frozenset[Action]:
    """Everything that the table allows a person, at one site or anywhere: one query."""
    held = roles_of(user, site)
    return frozenset(action for action in Action if POLICY[action] & held)


def may(user: Person, action: Action, site: Site | None = None) -> bool:
    """Whether the table allows a person this act, at one site or anywhere."""
    return bool(POLICY[action] & roles_of(user, site))


def require(user: Person, action: Action, site: Site | None = None) -> None:
    """Refuse with a sentence when the table does not allow it."""
    if not may(user, action, site):
        raise NotPermitted(_("Your role does not allow this."))


def sites_for(user: Person, action: Action) -> QuerySet[Site]:
    """The sites at which a person may do this."""
    if not isinstance(user, User) or not user.is_active:
        return Site.objects.none()
    return Site.objects.filter(
        memberships__user=user, memberships__role__in=[role.value for role in POLICY[action]]
    ).distinct()


def scoped(rows: QuerySet[M], user: Person, action: Action, site_path: str = "site") -> QuerySet[M]:
    """Only the rows of the sites at which a person may do this. Every view goes through here."""
    return rows.filter(**{f"{site_path}__in": sites_for(user, action)})
