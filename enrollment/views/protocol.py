"""Versions of the protocol: what changed, and putting one in force."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enrollment.crfs.difference import changes as differences
from enrollment.crfs.registry import order_of
from enrollment.listforms import ReleaseForm
from enrollment.models import ProtocolRelease
from enrollment.protocol.definition import Protocol
from enrollment.protocol.loader import as_plain, current, versions
from enrollment.services.releases import release_protocol
from enrollment.views.definitions import shown_changes
from studysite.core.access import may
from studysite.core.errors import NotThere
from studysite.core.gate import StudyRequest, page
from studysite.core.roles import Action


@require_safe
@page(Action.SIGN_IN)
def protocol(request: StudyRequest) -> HttpResponse:
    """Every version, and since when it has been in force."""
    releases = ProtocolRelease.objects.filter(protocol=settings.PROTOCOL).select_related("by")
    told = {row.version: row for row in releases}
    used = current().version
    rows = [
        {"protocol": each, "release": told.get(version), "state": _state(version, used)}
        for version, each in reversed(versions(settings.PROTOCOL).items())
    ]
    return render(request, "enrollment/protocol.html", {"versions": rows, "room": "forms"})


@require_safe
@page(Action.SIGN_IN)
def changes(request: StudyRequest, version: str) -> HttpResponse:
    """How a version differs from the one before it."""
    return render(request, "enrollment/protocol_changes.html", _context(request, version))


@page(Action.RELEASE_PROTOCOL)
def release(request: StudyRequest, version: str) -> HttpResponse:
    """Put a version in force."""
    form = ReleaseForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            release_protocol(by=request.user, version=version, **form.cleaned_data)
            messages.success(request, _("Version %(version)s is in force.") % {"version": version})
            return redirect("enrollment:protocol")
    context = _context(request, version) | {"form": form}
    return render(request, "enrollment/protocol_changes.html", context, status=form.status)


def _context(request: StudyRequest, version: str) -> dict[str, Any]:
    known = versions(settings.PROTOCOL)
    if version not in known:
        raise NotThere(_("There is no version %(version)s of the protocol.") % {"version": version})
    before = _before(known, version)
    found = differences(as_plain(before), as_plain(known[version])) if before else []
    newer = order_of(version) > order_of(current().version)
    return {
        "shown": known[version],
        "before": before,
        "changes": shown_changes(found),
        "form": ReleaseForm(),
        "may_release": newer and may(request.user, Action.RELEASE_PROTOCOL),
        "state": _state(version, current().version),
        "room": "forms",
    }


def _before(known: dict[str, Protocol], version: str) -> Protocol | None:
    pairs = pairwise(known.values())
    return next((one for one, other in pairs if other.version == version), None)


def _state(version: str, used: str) -> str:
    """in_force, waiting for its release, or earlier."""
    if version == used:
        return "in_force"
    return "waiting" if order_of(version) > order_of(used) else "earlier"
