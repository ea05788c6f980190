"""Security keys in templates."""

from __future__ import annotations

from django import template

from studysite.core import key_code
from studysite.core.models import User

register = template.Library()
register.filter("has_security_key", lambda user: isinstance(user, User) and key_code.has_key(user))
