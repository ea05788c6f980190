"""The pages of freezing, locking and unlocking."""

from __future__ import annotations

from django.urls import path

from reports.views import closing

app_name = "closing"
urlpatterns = [
    path("closing/", closing.study, name="study"),
    path("closing/requests/<int:pk>/", closing.decide, name="decide"),
    path("participants/<slug:number>/closing/", closing.participant, name="participant"),
]
