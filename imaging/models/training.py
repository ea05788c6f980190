"""Training of readers: simulated cases of which the truth is known, and who has read them."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from imaging.models.reading import Answering
from studysite.core.models import Job, User


class TrainingCase(models.Model):
    """A simulated scan, read from the same pictures as a participant's. `truth` has the answers
    that the simulation makes right; what it says nothing of is not judged."""

    number = models.PositiveSmallIntegerField(unique=True)
    scenario = models.CharField(max_length=40)
    seed = models.PositiveIntegerField()
    techniques = models.JSONField()
    truth = models.JSONField(default=dict)
    pictures = models.JSONField(default=dict)
    parts = models.JSONField(default=dict)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    ready_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"T-{self.number}"


class TrainingRead(Answering):
    """One reader's answers on one training case."""

    case = models.ForeignKey(TrainingCase, on_delete=models.PROTECT, related_name="reads")
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="training_reads")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "reader"], name="one_training_read_a_reader")
        ]

    @property
    def done_at(self) -> datetime | None:
        """When the answers became final."""
        return self.at


class ReaderTraining(models.Model):
    """That a reader may read cases of the study: all training cases read, or training waived by a
    data manager, who says why."""

    reader = models.OneToOneField(User, on_delete=models.PROTECT, related_name="training")
    at = models.DateTimeField()
    waived_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(waived_by__isnull=True, reason="")
                | (models.Q(waived_by__isnull=False) & ~models.Q(reason="")),
                name="a_waiver_has_its_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.reader)
