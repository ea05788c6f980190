"""Blinded reads, and what they come to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Participant
from imaging.models.measurement import Measurement
from studysite.core.models import User


class Read(models.Model):
    """One reader's answers on one case. The reader knows it by its reading id alone."""

    reading_id = models.CharField(max_length=16, unique=True)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="reads")
    measurement = models.ForeignKey(Measurement, on_delete=models.PROTECT, related_name="reads")
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reads")
    techniques = models.JSONField()
    form_version = models.CharField(max_length=16, blank=True)
    answers = models.JSONField(default=dict)
    opened_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["reading_id"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "reader"], name="one_read_a_reader")
        ]

    def __str__(self) -> str:
        return self.reading_id


class Adjudication(models.Model):
    """The answer that counts for a case: the readers' where they agree, a third reader's
    where they do not."""

    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="adjudication"
    )
    reading_id = models.CharField(max_length=16, unique=True)
    method = models.CharField(
        max_length=12,
        choices=[("agreement", _("Both readers agree")), ("third_reader", _("Third reader"))],
    )
    reader = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answers = models.JSONField(default=dict)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(method="agreement", reader__isnull=True)
                | models.Q(method="third_reader", reader__isnull=False),
                name="a_third_reader_is_named",
            )
        ]

    def __str__(self) -> str:
        return self.reading_id
