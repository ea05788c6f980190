"""Signatures, each with what it signed: whoever holds the content can hold it to the digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from enrollment.models import Participant
from reports.exports.columns import moment
from reports.exports.scope import Scope
from studysite.core.models import Signature


@dataclass(frozen=True)
class Signed:
    """One signature under a participant's case."""

    by: str
    printed_name: str
    meaning: str
    at: datetime
    content_sha256: str
    seal: str

    @property
    def meaning_oid(self) -> str:
        """The definition of its meaning."""
        return meaning_oid(self.meaning)

    @property
    def manifest(self) -> str:
        """What it binds, as JSON."""
        said = {
            "printed_name": self.printed_name,
            "meaning": self.meaning,
            "at": moment(self.at),
            "content_sha256": self.content_sha256,
            "seal": self.seal,
        }
        return json.dumps(said, ensure_ascii=False, sort_keys=True)


def meaning_oid(meaning: str) -> str:
    """A name for a meaning that is the same in every export."""
    return f"SD.{hashlib.sha256(meaning.encode()).hexdigest()[:8]}"


def signatures_of(chunk: Sequence[Participant], scope: Scope) -> dict[str, list[Signed]]:
    """The signatures of some participants by number, the oldest first."""
    if not scope.shows("clinical"):
        return {}
    rows = Signature.objects.filter(subject__in=[row.number for row in chunk])
    found: dict[str, list[Signed]] = {}
    for row in rows.select_related("by").order_by("at", "pk"):
        signed = Signed(
            row.by.username, row.printed_name, row.meaning, row.at, row.content_sha256, row.seal
        )
        found.setdefault(row.subject, []).append(signed)
    return found
