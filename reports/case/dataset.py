"""The whole dataset's digest: every participant's content, so that a locked study can be shown
again to be what it was."""

from __future__ import annotations

import hashlib

from enrollment.models import Participant
from enrollment.protocol.loader import current
from reports.case.content import contents

SCHEMA = "dataset/1"


def dataset_sha256() -> str:
    """SHA-256 over the protocol's digest and each participant's number and content digest, by
    number. Signatures, queries and verification are about the data and not of them."""
    digest = hashlib.sha256(f"{SCHEMA} {current().sha256}\n".encode())
    for content in contents(Participant.objects.order_by("number")):
        digest.update(f"{content.subject.number} {content.sha256}\n".encode())
    return digest.hexdigest()
