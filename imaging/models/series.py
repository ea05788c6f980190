"""De-identified series and their instances."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import ExpectedScan, Participant
from imaging.models.intake import Intake
from studysite.core.models import User


class SeriesState(models.TextChoices):
    """What quality control says of a series."""

    RECEIVED = "received", _("To be checked")
    ACCEPTED = "accepted", _("Accepted")
    REPEAT_ASKED = "repeat_asked", _("Repeat asked for")


class Series(models.Model):
    """One de-identified series of a participant. UIDs are the study's own."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="series")
    scan = models.ForeignKey(ExpectedScan, on_delete=models.PROTECT, related_name="series")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="series")
    sequence = models.CharField(max_length=16)
    uid = models.CharField(max_length=64, unique=True)
    study_uid = models.CharField(max_length=64, db_index=True)
    frame_of_reference_uid = models.CharField(max_length=64, blank=True)
    modality = models.CharField(max_length=16)
    size = models.JSONField()
    spacing_mm = models.JSONField()
    instances_count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    deviations = models.JSONField(default=list)
    measurable = models.BooleanField()
    state = models.CharField(
        max_length=16, choices=SeriesState.choices, default=SeriesState.RECEIVED, db_index=True
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"{self.participant_id} {self.sequence}"


class Instance(models.Model):
    """One stored file, named by the digest of its bytes."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="instances")
    uid = models.CharField(max_length=64, unique=True)
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64)
    # Of what the source said, however it was written: by which door it comes does not matter.
    content_sha256 = models.CharField(max_length=64, blank=True, default="")
    bytes_count = models.BigIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="one_instance_a_number")
        ]

    def __str__(self) -> str:
        return self.uid


class QualityCheck(models.Model):
    """A person's verdict on a series. The newest counts; the older ones stay."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="checks")
    verdict = models.CharField(
        max_length=16,
        choices=[("accepted", _("Accepted")), ("repeat_asked", _("Repeat asked for"))],
    )
    score = models.PositiveSmallIntegerField()
    remarks = models.TextField(blank=True)
    # Why an earlier verdict was revised; the first verdict has none.
    reason = models.TextField(blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__gte=1, score__lte=5), name="quality_score_is_1_to_5"
            )
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.verdict}"
