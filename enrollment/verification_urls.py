"""The pages of source data verification."""

from __future__ import annotations

from django.urls import path

from enrollment.views import verification

app_name = "verification"
ONE = "participants/<slug:number>/visits/<slug:visit>/<slug:key>/"
urlpatterns = [
    path("verification/", verification.overview, name="overview"),
    path(f"{ONE}verification/", verification.verification, name="form"),
]
