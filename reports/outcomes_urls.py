"""The pages of the outcomes."""

from __future__ import annotations

from django.urls import path

from reports.views import outcomes

app_name = "outcomes"
urlpatterns = [
    path("outcomes/", outcomes.outcomes, name="outcomes"),
    path("outcomes/cases/", outcomes.cases, name="cases"),
    path("outcomes/registry/", outcomes.registry, name="registry"),
    path("outcomes/registry.json", outcomes.registry_json, name="registry_json"),
    path("outcomes/make/", outcomes.make, name="make"),
    path("outcomes/list/", outcomes.report_list, name="list"),
    path("outcomes/<int:pk>/", outcomes.report, name="report"),
]
