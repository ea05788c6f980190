"""Answers that a monitor has compared with the source."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from enrollment.models.participant import Participant
from studysite.core.models import User


class Verification(models.Model):
    """One answer as it was when a monitor found it in the source. When the answer changes it is
    undone, and keeps both: what was verified, and what stood there instead."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="verifications"
    )
    visit = models.CharField(max_length=24)
    form = models.CharField(max_length=32)
    repeat = models.PositiveSmallIntegerField(default=1)
    item = models.CharField(max_length=64)
    # No answer is an answer too: the source has none either.
    value = models.JSONField(null=True)
    revision = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_to = models.JSONField(null=True)
    undone_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "visit", "form", "repeat", "item"],
                condition=Q(undone_at__isnull=True),
                name="one_verification_of_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="a_verification_is_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.visit}/{self.form}/{self.item}"
