"""Signing, with the password again. Nobody signs for another.

A signature's seal is a keyed digest over all that it says: whom and what it is about, the content's
digest, its meaning, who and when. A row that is copied, or changed by somebody who has the database
but not the key, has no seal of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from enum import StrEnum

from django.conf import settings

from studysite.core.keys import key_from_file
from studysite.core.models import Signature, User
from studysite.core.reauthentication import reauthenticate

SCHEMA = "signature/1"


class Standing(StrEnum):
    """What a signature is worth now."""

    VALID = "valid"
    CONTENT_CHANGED = "content_changed"
    NOT_GENUINE = "not_genuine"


def sign(
    *,
    by: User,
    password: str,
    code: str = "",
    subject: str,
    kind: str,
    content_sha256: str,
    meaning: str,
) -> Signature:
    """Put a person's signature under content. The caller's act and transaction hold it."""
    reauthenticate(by=by, password=password, code=code)
    signature = Signature(
        subject=subject,
        kind=kind,
        content_sha256=content_sha256,
        meaning=meaning,
        printed_name=by.printed_name or by.username,
        by=by,
    )
    signature.seal = seal_of(signature)
    signature.save(force_insert=True)
    return signature


def seal_of(signature: Signature) -> str:
    """The keyed digest over everything that the signature says."""
    said = {
        "schema": SCHEMA,
        "subject": signature.subject,
        "kind": signature.kind,
        "content_sha256": signature.content_sha256,
        "meaning": signature.meaning,
        "printed_name": signature.printed_name,
        "username": signature.by.username,
        "at": signature.at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    key = key_from_file(settings.SIGNATURE_KEY_FILE)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def standing(signature: Signature, content_sha256_now: str) -> Standing:
    """What a signature is worth for the content as it is now."""
    if not hmac.compare_digest(signature.seal, seal_of(signature)):
        return Standing.NOT_GENUINE
    if signature.content_sha256 != content_sha256_now:
        return Standing.CONTENT_CHANGED
    return Standing.VALID


def is_valid(signature: Signature, content_sha256_now: str) -> bool:
    """Whether what was signed is still what is there, and was signed so."""
    return standing(signature, content_sha256_now) is Standing.VALID
