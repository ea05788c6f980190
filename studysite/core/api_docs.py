"""The API's description: the schema, and a page to read it and try it on."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBase
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.exceptions import NotAuthenticated

from studysite.core.api_permission import DeclaredAction
from studysite.core.roles import Action


class SchemaView(SpectacularAPIView):
    """OpenAPI, as YAML or with `?format=json`."""

    actions_needed = {"get": Action.SIGN_IN}
    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [DeclaredAction]


# Swagger UI's style sheet carries its icons in itself.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own files; no script or style stands in the page itself."""

    actions_needed = {"get": Action.SIGN_IN}
    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [DeclaredAction]
    template_name = "api_docs.html"
    url_name = "api:schema"

    def handle_exception(self, exc: Exception) -> Any:
        """A visitor who is not signed in is sent to do so."""
        if isinstance(exc, NotAuthenticated):
            answer: HttpResponseBase = redirect_to_login(self.request.get_full_path())
            return answer
        return super().handle_exception(exc)
