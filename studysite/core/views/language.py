"""The language of the pages, and what an address gets that there is not."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults, i18n
from django.views.decorators.http import require_POST

from studysite.core.gate import open_to_all


@open_to_all
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Show the pages in another language."""
    return i18n.set_language(request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address: a page for people, JSON for programs."""
    if request.path.startswith("/api/"):
        sentence = _("There is no such address.")
        return JsonResponse({"code": "not_found", "detail": sentence, "field": None}, status=404)
    return defaults.page_not_found(request, exception)
