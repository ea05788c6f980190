"""What every export says of itself: of which dataset, under which checkpoint, made when."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from enrollment.protocol.loader import current
from reports.case.dataset import dataset_sha256
from reports.exports.captured import filled
from reports.exports.columns import moment
from reports.exports.scope import Scope
from reports.exports.tables import TABLES
from studysite.core.audit import checkpoints, sealing

SCHEMA = "export/1"


@dataclass(frozen=True)
class Head:
    """The first lines of an export. `checkpoint` is one line, as in a QR code; empty while nothing
    is sealed."""

    made_at: datetime
    dataset_sha256: str
    checkpoint: str
    sites: tuple[str, ...]
    whole: bool

    @property
    def description(self) -> str:
        """It in one line."""
        return f"dataset {self.dataset_sha256}; audit checkpoint {self.checkpoint or 'none'}"

    def as_plain(self) -> dict[str, object]:
        """It as JSON's own types."""
        return {
            "made_at": moment(self.made_at),
            "dataset_sha256": self.dataset_sha256,
            "audit_checkpoint": self.checkpoint,
            "sites": list(self.sites),
            "whole": self.whole,
            "protocol": current().id,
            "protocol_version": current().version,
            "protocol_sha256": current().sha256,
        }


def head_of(scope: Scope) -> Head:
    """The head of an export of a scope, now."""
    point = sealing.newest()
    return Head(
        timezone.now(),
        digest_of(scope),
        checkpoints.line(point) if point else "",
        scope.sites,
        scope.whole,
    )


def digest_of(scope: Scope) -> str:
    """The dataset's digest as a lock of the study has it; of a part of the study, or of what a
    blinded person may see, a digest of that alone."""
    if scope.whole:
        return dataset_sha256()
    digest = hashlib.sha256(f"{SCHEMA} {current().sha256}\n".encode())
    for chunk in scope.chunks():
        for table in TABLES:
            for number, values in table.rows(chunk, scope):
                digest.update(_line([table.key, number, *values]))
        for number, forms in filled(chunk, scope).items():
            for form in forms:
                now = form.now
                place = [number, now.form, now.version, now.visit, now.repeat, now.state]
                digest.update(_line([*place, dict(now.answers)]))
    return digest.hexdigest()


def _line(values: list[object]) -> bytes:
    return (json.dumps(values, ensure_ascii=False, sort_keys=True) + "\n").encode()
