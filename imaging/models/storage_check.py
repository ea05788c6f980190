"""What re-hashing every stored file came to."""

from __future__ import annotations

from django.db import models


class StorageCheck(models.Model):
    """One round through the stored scans: how many files there were, and which of them no longer
    are what their names say. `faults` is [{"sha256": …, "what": "missing" | "changed"}]."""

    files_count = models.PositiveIntegerField()
    bytes_count = models.BigIntegerField()
    faults = models.JSONField(default=list)
    begun_at = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {len(self.faults)}"
