"""Accounts, roles and sites through the API, for administrators."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from studysite.core import accounts, invitations, second_factor
from studysite.core.access import sites_for
from studysite.core.api_token import MembershipOut
from studysite.core.api_view import In, PageIn, ReasonIn, StudyView, operation, page_of, page_out
from studysite.core.errors import NotThere
from studysite.core.models import Site, User
from studysite.core.roles import Action, Role

LANGUAGES = [(key, str(label)) for key, label in settings.LANGUAGES]


class RoleIn(In):
    """A role at a site, by the site's code."""

    site = serializers.SlugField(max_length=8)
    role = serializers.ChoiceField(Role.choices)


class InvitationIn(RoleIn):
    """Who is invited, as what, and in which language the mail is."""

    username = serializers.CharField(max_length=32)
    printed_name = serializers.CharField(max_length=200)
    email = serializers.EmailField()
    language = serializers.ChoiceField(LANGUAGES, default="en")


class EndRoleIn(RoleIn):
    """Which role ends, and why."""

    reason = serializers.CharField(max_length=2000, allow_blank=True)


class LinkIn(In):
    """Why a new link is mailed, and in which language."""

    reason = serializers.CharField(max_length=2000, allow_blank=True)
    language = serializers.ChoiceField(LANGUAGES, default="en")


class SiteIn(In):
    """A hospital that joins."""

    code = serializers.CharField(max_length=8)
    name = serializers.CharField(max_length=200)


class SiteOut(serializers.Serializer):
    """A hospital."""

    code = serializers.CharField()
    name = serializers.CharField()


class AccountOut(serializers.Serializer):
    """An account: whose, whether it is open, and its roles."""

    username = serializers.CharField()
    printed_name = serializers.CharField()
    email = serializers.CharField()
    is_active = serializers.BooleanField()
    last_login = serializers.DateTimeField(allow_null=True)
    has_password = serializers.SerializerMethodField()
    has_second_factor = serializers.SerializerMethodField()
    memberships = MembershipOut(many=True)

    def get_has_password(self, user: User) -> bool:
        """Whether the invitation was accepted."""
        return user.has_usable_password()

    def get_has_second_factor(self, user: User) -> bool:
        """Whether a second factor is enrolled."""
        return second_factor.is_enrolled(user)


class PeopleView(StudyView):
    """The accounts of one's sites."""

    actions_needed = {"get": Action.MANAGE_ACCOUNTS, "post": Action.MANAGE_ACCOUNTS}

    @operation("list_accounts", query=PageIn, gives=page_out("AccountsOut", AccountOut))
    def get(self, request: Request) -> Response:
        """Every account of one's sites, and those with no role anywhere."""
        mine = accounts.people(self.by).prefetch_related("memberships__site")
        rows, page = page_of(mine, self.asked(PageIn))
        return Response(page | {"results": AccountOut(rows, many=True).data})

    @operation("invite", takes=InvitationIn, gives=AccountOut, status=201)
    def post(self, request: Request) -> Response:
        """Make an account with its first role, and mail its holder a link that sets a password."""
        given = self.taken(InvitationIn)
        given |= {"site": _site(self.by, given["site"]), "role": Role(given["role"])}
        root = request.build_absolute_uri("/")
        user = invitations.invite(by=self.by, root=root, **given)
        return Response(AccountOut(user).data, status=201)


class PersonView(StudyView):
    """One account."""

    actions_needed = {"get": Action.MANAGE_ACCOUNTS}

    @operation("show_account", gives=AccountOut)
    def get(self, request: Request, username: str) -> Response:
        """An account and its roles."""
        return _told(self.by, username)


class GiveRoleView(StudyView):
    """One more role."""

    actions_needed = {"post": Action.MANAGE_ACCOUNTS}

    @operation("give_role", takes=RoleIn, gives=AccountOut)
    def post(self, request: Request, username: str) -> Response:
        """Give a person one more role, if their duties can be held together."""
        given, user = self.taken(RoleIn), accounts.find_account(by=self.by, username=username)
        site = _site(self.by, given["site"])
        accounts.give_role(by=self.by, user=user, site=site, role=Role(given["role"]))
        return _told(self.by, username)


class EndRoleView(StudyView):
    """A role less."""

    actions_needed = {"post": Action.MANAGE_ACCOUNTS}

    @operation("end_role", takes=EndRoleIn, gives=AccountOut)
    def post(self, request: Request, username: str) -> Response:
        """Take a role from a person; it is felt with their next request."""
        given, user = self.taken(EndRoleIn), accounts.find_account(by=self.by, username=username)
        given |= {"site": _site(self.by, given["site"]), "role": Role(given["role"])}
        accounts.end_role(by=self.by, user=user, **given)
        return Response(AccountOut(user).data)


class CloseAccountView(StudyView):
    """The end of an account."""

    actions_needed = {"post": Action.MANAGE_ACCOUNTS}

    @operation("close_account", takes=ReasonIn, gives=AccountOut)
    def post(self, request: Request, username: str) -> Response:
        """Close an account: its holder no longer signs in, what they did stays theirs."""
        user = accounts.find_account(by=self.by, username=username)
        accounts.close_account(by=self.by, user=user, **self.taken(ReasonIn))
        return _told(self.by, username)


class InviteAgainView(StudyView):
    """A new link."""

    actions_needed = {"post": Action.MANAGE_ACCOUNTS}

    @operation("invite_again", takes=LinkIn, gives=AccountOut)
    def post(self, request: Request, username: str) -> Response:
        """Mail a new link; what opened the account until now is ended."""
        user = accounts.find_account(by=self.by, username=username)
        root = request.build_absolute_uri("/")
        invitations.invite_again(by=self.by, user=user, root=root, **self.taken(LinkIn))
        return _told(self.by, username)


class SitesView(StudyView):
    """The hospitals that one administers."""

    actions_needed = {"get": Action.MANAGE_ACCOUNTS, "post": Action.MANAGE_ACCOUNTS}

    @operation("list_sites", gives=SiteOut(many=True))
    def get(self, request: Request) -> Response:
        """One's own sites."""
        mine = sites_for(self.by, Action.MANAGE_ACCOUNTS).order_by("code")
        return Response(SiteOut(mine, many=True).data)

    @operation("add_site", takes=SiteIn, gives=SiteOut, status=201)
    def post(self, request: Request) -> Response:
        """A hospital that joins; whoever adds it administers it."""
        site = accounts.add_site(by=self.by, **self.taken(SiteIn))
        return Response(SiteOut(site).data, status=201)


def _told(by: User, username: str) -> Response:
    return Response(AccountOut(accounts.find_account(by=by, username=username)).data)


def _site(by: User, code: str) -> Site:
    found = sites_for(by, Action.MANAGE_ACCOUNTS).filter(code=code).first()
    if found is None:
        raise NotThere(_("There is no site %(code)s.") % {"code": code})
    return found
