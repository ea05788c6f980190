"""Accounts and roles. Nobody is deleted: a username names one person for ever."""

from __future__ import annotations

import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_slug
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from studysite.core.access import require, sites_for
from studysite.core.acts import about, acting, service
from studysite.core.errors import Conflict, Invalid, NotThere, OutOfOrder
from studysite.core.models import Membership, Site, User
from studysite.core.roles import APART, Action, Role
from studysite.core.said import said, word
from studysite.core.sessions import end_all

# As long as the subject of an act.
LONGEST_USERNAME = 32
SITE_CODE = re.compile(r"[A-Z0-9]{2,8}")


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
    return _new_account(username, printed_name, password, site, role, email)


@service(Action.MANAGE_ACCOUNTS)
def give_role(*, by: User | None, user: User, site: Site, role: Role) -> Membership:
    """Give a person one more role at a site, if their duties can be held together."""
    _require(by, site)
    # Held, so that of two roles given at once the second sees the first.
    User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise OutOfOrder(_("This account is closed."))
    for held in Membership.objects.filter(user=user).values_list("role", flat=True):
        if frozenset({Role(held), role}) in APART:
            sentence = _("One person cannot be both %(one)s and %(other)s.")
            pair = {"one": Role(held).label, "other": role.label}
            raise Conflict(sentence % pair, code="duties_apart", field="role")
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
    """Take a role from a person. It is felt with their next request."""
    _require(by, site)
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    if by == user and role == Role.ADMINISTRATOR:
        raise OutOfOrder(_("Another administrator has to do this for you."))
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
    _require_for(by, user)
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    if by == user:
        raise OutOfOrder(_("Another administrator has to do this for you."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_all(user)
    about(user.username, said("Account closed"))
    return user


@service(Action.MANAGE_ACCOUNTS)
def add_site(*, by: User, code: str, name: str) -> Site:
    """A hospital that joins; whoever adds it administers it."""
    require(by, Action.MANAGE_ACCOUNTS)
    if Site.objects.filter(code=code).exists():
        raise Conflict(_("There is a site with this code."), field="code")
    site = _new_site(code, name)
    Membership.objects.create(user=by, site=site, role=Role.ADMINISTRATOR)
    about(code, said("Site added"))
    return site


@service(Action.MANAGE_ACCOUNTS)
def add_administrator(
    *,
    by: None = None,
    code: str,
    site_name: str,
    username: str,
    printed_name: str,
    password: str,
    reason: str,
) -> User:
    """An administrator for whoever has the server: the first one of a new study, or one for a study
    whose administrators are gone. The site is made where it is not there yet."""
    if not reason.strip():
        raise Invalid(_("A reason is required."), field="reason")
    site = Site.objects.filter(code=code).first() or _new_site(code, site_name)
    return _new_account(username, printed_name, password, site, Role.ADMINISTRATOR)


def _new_site(code: str, name: str) -> Site:
    if not SITE_CODE.fullmatch(code):
        sentence = _("A site's code has two to eight capital letters and digits.")
        raise Invalid(sentence, field="code")
    if not name.strip():
        raise Invalid(_("The name is required."), field="name")
    return Site.objects.create(code=code, name=name.strip())


def people(by: User) -> QuerySet[User]:
    """The accounts of a person's sites, and those that have no role anywhere."""
    here = Q(memberships__site__in=sites_for(by, Action.MANAGE_ACCOUNTS))
    return User.objects.filter(here | Q(memberships=None)).distinct().order_by("username")


def find_account(*, by: User, username: str) -> User:
    """One account that a person administers; otherwise there is none."""
    found = people(by).filter(username=username).first()
    if found is None:
        raise NotThere(_("There is no account %(name)s.") % {"name": username})
    return found


def _new_account(
    username: str, printed_name: str, password: str, site: Site, role: Role, email: str = ""
) -> User:
    check_names(username, printed_name)
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


def _require_for(by: User | None, user: User) -> None:
    """An account is its sites' to close, all of them."""
    sites = Site.objects.filter(memberships__user=user).distinct()
    for site in sites:
        _require(by, site)
    if not sites:
        _require(by, None)


def _require(by: User | None, site: Site | None) -> None:
    if by is not None:
        require(by, Action.MANAGE_ACCOUNTS, site)


def check_names(username: str, printed_name: str) -> None:
    """Refuse names that cannot be an account's. A user name names one person for ever."""
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


COMMAND_LINE, RECEIVER = "command-line", "dicom-receiver"


def command_line_account(site: Site) -> User:
    """The account under which commands bring scans in where no person is named."""
    return _machine(COMMAND_LINE, "Command line", site)


def receiver_account(site: Site) -> User:
    """The account under which scanners and archives send scans in."""
    return _machine(RECEIVER, "DICOM receiver", site)


def _machine(username: str, printed_name: str, site: Site) -> User:
    """It has no password, so nobody signs in with it, and its acts say that no person's account
    did them."""
    found = User.objects.filter(username=username, memberships__site=site).first()
    if found is not None:
        return found
    told = said(
        "Role given: %(role)s at %(site)s", role=word(Role.COORDINATOR.label), site=site.code
    )
    with acting(None, Action.MANAGE_ACCOUNTS.value, subject=username, detail=told):
        user, made = User.objects.get_or_create(
            username=username, defaults={"printed_name": printed_name}
        )
        if made:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        Membership.objects.get_or_create(user=user, site=site, role=Role.COORDINATOR)
    return user
