"""What every page knows of the trial."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from enrollment.protocol.loader import versions


def trial(request: HttpRequest) -> dict[str, str]:
    """The registry's number, of any version: an amendment does not change it. Not of the one in
    force, which the page that says that it cannot be used does without."""
    return {"registry_id": next(iter(versions(settings.PROTOCOL).values())).registry_id}
