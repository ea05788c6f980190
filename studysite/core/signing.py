"""Signing, with the password again. Nobody signs for another."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studysite.core.errors import NotPermitted
from studysite.core.models import Signature, User


def sign(
    *, by: User, password: str, subject: str, kind: str, content_sha256: str, meaning: str
) -> Signature:
    """Put a person's signature under content. The caller's act and transaction hold it."""
    if not by.check_password(password):
        raise NotPermitted(_("The password is not right, so nothing was signed."), field="password")
    return Signature.objects.create(
        subject=subject,
        kind=kind,
        content_sha256=content_sha256,
        meaning=meaning,
        printed_name=by.printed_name or by.username,
        by=by,
    )


def is_valid(signature: Signature, content_sha256_now: str) -> bool:
    """Whether what was signed is still what is there."""
    return signature.content_sha256 == content_sha256_now
