"""Standard objects that were made here, stored: of a measurement, or of a case's summary."""

from __future__ import annotations

from django.db import models

from enrollment.models import Participant
from imaging.models.measurement import Measurement

MEASUREMENT, SUMMARY = "measurement", "summary"


class Derived(models.Model):
    """One object, named by the digest of its bytes like an instance of a scan. `made_of` says who
    may see it: the objects of a measurement are seen by those who see it, a summary by those who
    see case summaries."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="derived")
    made_of = models.CharField(max_length=12)
    measurement = models.ForeignKey(
        Measurement, on_delete=models.PROTECT, null=True, related_name="objects_made"
    )
    study_uid = models.CharField(max_length=64, db_index=True)
    series_uid = models.CharField(max_length=64, db_index=True)
    uid = models.CharField(max_length=64, unique=True)
    modality = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    bytes_count = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "derived"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(made_of=MEASUREMENT, measurement__isnull=False)
                | models.Q(made_of=SUMMARY, measurement__isnull=True),
                name="a_derived_object_is_of_something",
            )
        ]

    def __str__(self) -> str:
        return self.uid
