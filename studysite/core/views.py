"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views import i18n
from django.views.decorators.http import require_POST

from studysite.core.acts import acting
from studysite.core.gate import open_to_all
from studysite.core.models import User


class _SignIn(auth_views.LoginView):
    """Django's own, with the act recorded."""

    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign the person in."""
        with acting(form.get_user(), "login"):
            return super().form_valid(form)


sign_in = open_to_all(_SignIn.as_view())


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign the person out."""
    if isinstance(request.user, User):
        with acting(request.user, "logout"):
            return auth_views.LogoutView.as_view()(request)
    return auth_views.LogoutView.as_view()(request)


@open_to_all
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Show the pages in another language."""
    return i18n.set_language(request)
