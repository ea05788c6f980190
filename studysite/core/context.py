"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from studysite.core.access import roles_of
from studysite.core.roles import POLICY, Action


def study(request: HttpRequest) -> dict[str, Any]:
    """The visitor's roles and what they allow, for menus; the services check again."""
    user = getattr(request, "user", None)
    roles = roles_of(user) if user is not None else frozenset()
    return {
        "my_roles": sorted(roles, key=lambda role: role.value),
        "my_actions": {action.value for action in Action if POLICY[action] & roles},
        "languages": settings.LANGUAGES,
        "study_name": settings.STUDY_NAME,
        "version": settings.VERSION,
    }
