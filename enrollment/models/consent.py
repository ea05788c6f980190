"""What a participant agreed to, and before whom."""

from __future__ import annotations

from django.db import models

from enrollment.models.participant import Participant
from studysite.core.models import User


class Consent(models.Model):
    """A signed version of the consent form."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="consents")
    document_version = models.CharField(max_length=16)
    language = models.CharField(max_length=8)
    signed_on = models.DateField()
    obtained_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["signed_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "document_version"], name="one_consent_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.document_version}"
