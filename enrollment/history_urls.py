"""The page that takes in answers from before."""

from __future__ import annotations

from django.urls import path

from enrollment.views import history_import

app_name = "history"
urlpatterns = [path("import/", history_import.history, name="import")]
