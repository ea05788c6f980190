"""Every URL of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from studysite.core import views as core

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", core.sign_in, name="login"),
    path("accounts/logout/", core.sign_out, name="logout"),
    path("i18n/setlang/", core.set_language, name="set_language"),
    path("", include("enrollment.urls")),
]
