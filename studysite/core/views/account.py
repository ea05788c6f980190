"""Signing in and out, and one's own account: password, second factor, sessions.

The views are allauth's, each with a declaration and, where it changes the account, an act.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from studysite.core import key_code, lockout, second_factor
from studysite.core.acts import acting
from studysite.core.gate import StudyRequest, open_to_all, page
from studysite.core.invitations import accept, find_invitation
from studysite.core.roles import Action
from studysite.core.webforms import FirstPasswordForm

View = Callable[..., HttpResponseBase]


def _mine(view: View) -> View:
    """A page of whoever is signed in."""
    return page(Action.SIGN_IN)(view)


def _recorded(act: str) -> Callable[[View], View]:
    """The page's change to the account is an act; it was done when the answer leads on."""

    def wrap(view: View) -> View:
        @wraps(view)
        def run(request: StudyRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            answer = view(request, *args, **kwargs)
            if request.method == "POST" and answer.status_code == 302:
                with acting(user, act, subject=user.username):
                    pass
            return answer

        return run

    return wrap


class KeyAgainView(webauthn.ReauthenticateWebAuthnView):
    """The security key again. A key that is refused is told so here, and asked for once more."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again, with the refusal."""
        lockout.count_failure(self.request.user.get_username())
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """The form as it was sent, where one was."""
        return super().get_context_data() | more


sign_in = open_to_all(allauth.login)
sign_out = open_to_all(require_POST(allauth.logout))
inactive = open_to_all(allauth.account_inactive)
second_step = open_to_all(factors.authenticate)

reauthenticate = _mine(allauth.reauthenticate)
reauthenticate_by_code = _mine(factors.reauthenticate)
reauthenticate_by_key = _mine(KeyAgainView.as_view())
change_password = _mine(allauth.password_change)
factors_index = _mine(factors.index)
app_on = _mine(_recorded("second_factor_added")(totp.activate_totp))
app_off = _mine(_recorded("second_factor_removed")(totp.deactivate_totp))
keys = _mine(webauthn.list_webauthn)
key_add = _mine(_recorded("second_factor_added")(webauthn.add_webauthn))
key_rename = _mine(webauthn.edit_webauthn)
key_remove = _mine(_recorded("second_factor_removed")(webauthn.remove_webauthn))
codes_show = _mine(codes.view_recovery_codes)
codes_new = _mine(_recorded("recovery_codes_made")(codes.generate_recovery_codes))
codes_file = _mine(codes.download_recovery_codes)
sessions = _mine(_recorded("sessions_ended")(usersessions.list_usersessions))


@page(Action.SIGN_IN)
@never_cache
def key_code_for(request: StudyRequest) -> HttpResponse:
    """What the browser is to ask a security key for; and, for the key's answer, a code to sign
    with."""
    if request.method != "POST":
        return JsonResponse({"request_options": key_code.asked_of_key(request.user)})
    code = key_code.code_for(request.user, request.POST.get("credential", ""))
    return JsonResponse({"code": code})


@require_safe
@page(Action.SIGN_IN)
def account(request: StudyRequest) -> HttpResponse:
    """Who one is here, and what one may change about it."""
    user = request.user
    context = {
        "facts": [
            (_("User name"), user.username),
            (_("Printed name"), user.printed_name),
            (_("E-mail"), user.email),
        ],
        "memberships": user.memberships.select_related("site"),
        "has_second_factor": second_factor.is_enrolled(user),
    }
    return render(request, "account/account.html", context)


@open_to_all
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the first password with a mailed link."""
    invited = find_invitation(token)
    form = FirstPasswordForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            accept(token=token, password=form.cleaned_data["password"])
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("account_login")
    context = {"form": form, "invited": invited.user}
    answer = render(request, "account/invitation.html", context, status=form.status)
    # The link is in the address: it is told to no other page.
    answer["Referrer-Policy"] = "no-referrer"
    return answer
