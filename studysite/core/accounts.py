"""Accounts and roles. Nobody is deleted: a username names one person for ever."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_slug
from django.utils.translation import gettext as _

from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid
from studysite.core.models import Membership, Site, User
from studysite.core.roles import Action, Role
from studysite.core.said import said, word

# As long as the subject of an act.
LONGEST_USERNAME = 32


@service(Action.MANAGE_ACCOUNTS)
def create_account(
    *,
    by: User | None,
    username: str,
    printed_name: str,
    password: str,
    site: Site,
    role: Role,
    email: str = "",
) -> User:
    """An account with its first role. No person means the system itself, at set-up."""
    _require(by, site)
    _check_names(username, printed_name)
    user = User(username=username, printed_name=printed_name.strip(), email=email)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from error
    user.set_password(password)
    user.save()
    Membership.objects.create(user=user, site=site, role=role)
    about(
        username, said("Account made: %(role)s at %(site)s", role=word(role.label), site=site.code)
    )
    return user


@service(Action.MANAGE_ACCOUNTS)
def give_role(*, by: User | None, user: User, site: Site, role: Role) -> Membership:
    """Give a person one more role at a site."""
    _require(by, site)
    membership, made = Membership.objects.get_or_create(user=user, site=site, role=role)
    if not made:
        raise Conflict(_("This person already has this role at this site."), field="role")
    about(
        user.username,
        said("Role given: %(role)s at %(site)s", role=word(role.label), site=site.code),
    )
    return membership


@service(Action.MANAGE_ACCOUNTS)
def end_role(*, by: User | None, user: User, site: Site, role: Role, reason: str) -> None:
    """Take a role from a person."""
    _require(by, site)
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    ended, _rows = Membership.objects.filter(user=user, site=site, role=role).delete()
    if not ended:
        raise Conflict(_("This person does not have this role at this site."), field="role")
    about(
        user.username,
        said("Role ended: %(role)s at %(site)s", role=word(role.label), site=site.code),
    )


@service(Action.MANAGE_ACCOUNTS)
def close_account(*, by: User | None, user: User, reason: str) -> User:
    """Close an account: its holder can no longer sign in, what they did stays theirs."""
    _require(by, None)
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    user.is_active = False
    user.save(update_fields=["is_active"])
    about(user.username, said("Account closed"))
    return user


def _require(by: User | None, site: Site | None) -> None:
    if by is not None:
        require(by, Action.MANAGE_ACCOUNTS, site)


def _check_names(username: str, printed_name: str) -> None:
    try:
        validate_slug(username)
        MaxLengthValidator(LONGEST_USERNAME)(username)
    except ValidationError as error:
        sentence = _("A user name has up to 32 letters, digits, hyphens and underscores.")
        raise Invalid(sentence, field="username") from error
    if not printed_name.strip():
        raise Invalid(_("The printed name is required."), field="printed_name")
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict(_("This user name is taken, or was once."), field="username")
