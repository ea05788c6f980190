"""Judged criteria, and screen failures."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language

from enrollment.eligibility import Verdict
from enrollment.models.participant import Participant
from studysite.core.models import User


class Judgement(models.Model):
    """One verdict on one criterion with its evidence. The newest counts; the older ones stay."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="judgements"
    )
    criterion = models.CharField(max_length=8)
    verdict = models.CharField(max_length=8, choices=[(v.value, v.value) for v in Verdict])
    evidence = models.TextField()
    # What is computed says its evidence in both languages of the site; a person, in their own.
    evidence_zh = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict__in=[verdict.value for verdict in Verdict]),
                name="verdict_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.verdict}"

    @property
    def evidence_shown(self) -> str:
        """The evidence, in the reader's language where it is there in both."""
        chinese = (get_language() or "").startswith("zh")
        return self.evidence_zh if chinese and self.evidence_zh else self.evidence


class ScreenFailure(models.Model):
    """A participant who did not get in, with the criteria that failed or stayed unknown."""

    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="screen_failure"
    )
    criteria = models.JSONField()
    reason = models.TextField(blank=True)
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.participant_id}"
