"""Putting a version of the protocol in force."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from enrollment.crfs.registry import order_of
from enrollment.models import ProtocolRelease
from enrollment.protocol.in_force import forget
from enrollment.protocol.loader import current, versions
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, NotThere
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


@service(Action.RELEASE_PROTOCOL)
def release_protocol(*, by: User, version: str, reason: str) -> ProtocolRelease:
    """Put a newer version of the protocol in force, from now on and for good. Data that are there
    stay in the versions of their forms."""
    require(by, Action.RELEASE_PROTOCOL)
    known = versions(settings.PROTOCOL)
    if version not in known:
        raise NotThere(_("There is no version %(version)s of the protocol.") % {"version": version})
    if order_of(version) <= order_of(current().version):
        raise Conflict(_("Only a newer version than the one in force is released."))
    if not reason.strip():
        raise Invalid(_("Say why this version comes into force."), field="reason")
    row = ProtocolRelease.objects.create(
        protocol=settings.PROTOCOL,
        version=version,
        sha256=known[version].sha256,
        reason=reason.strip(),
        by=by,
    )
    forget()
    about("", said("Protocol version %(version)s in force", version=version))
    return row
