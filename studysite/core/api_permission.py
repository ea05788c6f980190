"""The policy table applied to the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from studysite.core.access import may


class DeclaredAction(BasePermission):
    """A view names its action per method in `actions_needed`; what is not named is refused."""

    message = _("Your role does not allow this.")

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the person may do what this method of this view needs."""
        method = (request.method or "").lower()
        needed = getattr(view, "actions_needed", {}).get("get" if method == "head" else method)
        return needed is not None and may(request.user, needed)


class SignedIn(BasePermission):
    """Anyone with an account: for the documentation."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the visitor is signed in."""
        return bool(request.user and request.user.is_authenticated)
