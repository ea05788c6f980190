"""The pages of queries."""

from __future__ import annotations

from django.urls import path

from enrollment.views import queries

app_name = "queries"
urlpatterns = [
    path("queries/", queries.queries, name="queries"),
    path("queries/<int:pk>/", queries.query, name="query"),
    path("participants/<slug:number>/queries/new/", queries.new, name="new"),
]
