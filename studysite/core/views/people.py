"""The administrator's pages: accounts, their roles, and the sites."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studysite.core import accounts, invitations, second_factor
from studysite.core.access import sites_for
from studysite.core.errors import StudyError
from studysite.core.gate import StudyRequest, page
from studysite.core.models import User
from studysite.core.roles import Action, Role
from studysite.core.webforms import (
    CloseForm,
    InvitationForm,
    RoleForm,
    SiteForm,
)

PAGE_SIZE = 50


@require_safe
@page(Action.MANAGE_ACCOUNTS)
def people(request: StudyRequest) -> HttpResponse:
    """Every account of the person's sites."""
    rows = accounts.people(request.user).prefetch_related("memberships__site")
    here = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": here,
        "lines": [(user, _state_of(user)) for user in here],
        "sites": sites_for(request.user, Action.MANAGE_ACCOUNTS).order_by("code"),
    }
    return render(request, "people/people.html", context)


@page(Action.MANAGE_ACCOUNTS)
def invite(request: StudyRequest) -> HttpResponse:
    """Invite somebody by mail."""
    form = InvitationForm(request.POST or None, by=request.user)
    if form.is_valid():
        with form.refusing():
            user = invitations.invite(
                by=request.user, root=request.build_absolute_uri("/"), **form.cleaned_data
            )
            messages.success(request, _("A link was mailed to %(to)s.") % {"to": user.email})
            return redirect("person", user.username)
    return render(request, "people/invite.html", {"form": form}, status=form.status)


@require_safe
@page(Action.MANAGE_ACCOUNTS)
def person(request: StudyRequest, username: str) -> HttpResponse:
    """One account."""
    user = accounts.find_account(by=request.user, username=username)
    return _person(request, user, RoleForm(by=request.user), CloseForm())


@require_POST
@page(Action.MANAGE_ACCOUNTS)
def give_role(request: StudyRequest, username: str) -> HttpResponse:
    """Give one more role."""
    user = accounts.find_account(by=request.user, username=username)
    form = RoleForm(request.POST, by=request.user)
    if form.is_valid():
        with form.refusing():
            accounts.give_role(by=request.user, user=user, **form.cleaned_data)
            return redirect("person", user.username)
    return _person(request, user, form, CloseForm())


@page(Action.MANAGE_ACCOUNTS)
def end_role(request: StudyRequest, username: str, site: str, role: str) -> HttpResponse:
    """Take a role, with a reason."""
    user = accounts.find_account(by=request.user, username=username)
    held = user.memberships.select_related("site").filter(site__code=site, role=role).first()
    if held is None:
        return redirect("person", user.username)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            accounts.end_role(
                by=request.user,
                user=user,
                site=held.site,
                role=Role(held.role),
                reason=form.cleaned_data["reason"],
            )
            return redirect("person", user.username)
    context = {"form": form, "person": user, "held": held}
    return render(request, "people/end_role.html", context, status=form.status)


@require_POST
@page(Action.MANAGE_ACCOUNTS)
def close(request: StudyRequest, username: str) -> HttpResponse:
    """Close an account for good."""
    user = accounts.find_account(by=request.user, username=username)
    form = CloseForm(request.POST)
    if form.is_valid():
        with form.refusing():
            accounts.close_account(by=request.user, user=user, **form.cleaned_data)
            return redirect("person", user.username)
    return _person(request, user, RoleForm(by=request.user), form)


@require_POST
@page(Action.MANAGE_ACCOUNTS)
def invite_again(request: StudyRequest, username: str) -> HttpResponse:
    """Mail a new link; password and second factor are ended."""
    user = accounts.find_account(by=request.user, username=username)
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            invitations.invite_again(
                by=request.user,
                user=user,
                language=get_language() or "en",
                root=request.build_absolute_uri("/"),
                **form.cleaned_data,
            )
        except StudyError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("A link was mailed to %(to)s.") % {"to": user.email})
    else:
        messages.error(request, _("A reason is required."))
    return redirect("person", user.username)


@page(Action.MANAGE_ACCOUNTS)
def add_site(request: StudyRequest) -> HttpResponse:
    """A hospital that joins."""
    form = SiteForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            accounts.add_site(by=request.user, **form.cleaned_data)
            return redirect("people")
    return render(request, "people/site.html", {"form": form}, status=form.status)


def _person(request: StudyRequest, user: User, roles: RoleForm, closing: CloseForm) -> HttpResponse:
    context = {
        "person": user,
        "state": _state_of(user),
        "facts": [
            (_("User name"), user.username),
            (_("E-mail"), user.email),
            (_("Last sign-in"), user.last_login),
            (_("Second factor"), _("Yes") if second_factor.is_enrolled(user) else _("No")),
        ],
        "memberships": user.memberships.select_related("site"),
        "role_form": roles,
        "closing_form": closing,
    }
    status = max(roles.status, closing.status)
    return render(request, "people/person.html", context, status=status)


def _state_of(user: User) -> tuple[str, str]:
    """The state of an account, and the word for it."""
    if not user.is_active:
        return "account_closed", _("Closed")
    if not user.has_usable_password():
        return "invited", _("Invited")
    return "account_open", _("Active")
