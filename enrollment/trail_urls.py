"""The pages of the audit trail."""

from __future__ import annotations

from django.urls import path

from enrollment.views import trail

app_name = "trail"
urlpatterns = [
    path("audit/", trail.review, name="review"),
    path("audit/reviews/", trail.reviewed, name="reviewed"),
    path("audit/export/", trail.export, name="export"),
    path("audit/checkpoint/", trail.checkpoint, name="checkpoint"),
    path("participants/<slug:number>/values/<int:pk>/<slug:item>/", trail.value, name="value"),
]
