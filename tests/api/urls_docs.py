"""The API's documentation for anybody, so that a browser can look at it without a database."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.permissions import AllowAny

from studysite.core.api_docs import DocsView, SchemaView
from studysite.core.gate import open_to_all

SCHEMA = SchemaView.as_view(
    urlconf="studysite.urls", permission_classes=[AllowAny], authentication_classes=[]
)
DOCS = DocsView.as_view(permission_classes=[AllowAny], authentication_classes=[])
routes = [
    path("schema/", open_to_all(SCHEMA), name="schema"),
    path("docs/", open_to_all(DOCS), name="docs"),
]
urlpatterns = [path("api/v1/", include((routes, "api")))]
