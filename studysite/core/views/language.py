"""The language of the pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views import i18n
from django.views.decorators.http import require_POST

from studysite.core.gate import open_to_all


@open_to_all
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Show the pages in another language."""
    return i18n.set_language(request)
