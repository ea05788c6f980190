"""Every stored file is read again and held to its name, so that a disk that rots is found out."""

from __future__ import annotations

import hashlib

from django.utils import timezone

from imaging import storage
from imaging.models import Derived, Instance, StorageCheck
from studysite.core.access import scoped
from studysite.core.acts import acting
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


def scrub() -> StorageCheck:
    """Go through all stored scans once; what is wrong is kept on record."""
    begun_at, size = timezone.now(), 0
    faults: list[dict[str, str]] = []
    scans = Instance.objects.values_list("sha256", flat=True).order_by()
    digests = sorted(scans.union(Derived.objects.values_list("sha256", flat=True).order_by()))
    for digest in digests:
        try:
            content = storage.scan_bytes(digest)
        except FileNotFoundError:
            faults.append({"sha256": digest, "what": "missing"})
            continue
        size += len(content)
        if hashlib.sha256(content).hexdigest() != digest:
            faults.append({"sha256": digest, "what": "changed"})
    count = len(digests)
    told = said("Files read again: %(count)s, wrong: %(wrong)s", count=count, wrong=len(faults))
    with acting(None, "scrub_storage", detail=told):
        return StorageCheck.objects.create(
            files_count=count, bytes_count=size, faults=faults, begun_at=begun_at
        )


def last_check() -> StorageCheck | None:
    """The newest round, if there was one."""
    return StorageCheck.objects.first()


def wrong_for(by: User, check: StorageCheck) -> list[str]:
    """Whose scans are among what was found wrong, at a person's sites."""
    digests = [fault["sha256"] for fault in check.faults]
    rows = scoped(Instance.objects.all(), by, Action.SEE_SCANS, "series__participant__site")
    numbers = rows.filter(sha256__in=digests).values_list("series__participant__number", flat=True)
    made = scoped(Derived.objects.all(), by, Action.SEE_SCANS, "participant__site")
    others = made.filter(sha256__in=digests).values_list("participant__number", flat=True)
    return sorted({*numbers, *others})
