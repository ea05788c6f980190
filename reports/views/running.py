"""Numbers for Prometheus."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reports import running
from studysite.core.gate import open_to_all

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@open_to_all
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever shows METRICS_TOKEN; without one, for this machine. There is none for others."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(running.as_text(), content_type=running.CONTENT_TYPE)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(shown, f"Bearer {settings.METRICS_TOKEN}".encode())
    # A proxy on this machine speaks for others, and says so.
    if any(name in request.META for name in FORWARDED):
        return False
    return ip_address(request.META["REMOTE_ADDR"]).is_loopback
