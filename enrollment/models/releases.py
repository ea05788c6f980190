"""Which version of the protocol is in force, since when, and who said so."""

from __future__ import annotations

from django.db import models

from studysite.core.models import User


class ProtocolRelease(models.Model):
    """A version of the protocol that a data manager put in force. The newest counts."""

    protocol = models.CharField(max_length=32)
    version = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["protocol", "version"], name="a_version_is_released_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.protocol} {self.version}"
