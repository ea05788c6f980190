"""Measurements of the nerve, each a version with its end points and its result."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from imaging.models.series import Series
from studysite.core.models import Job, User


class MeasurementState(models.TextChoices):
    """How far a measurement is."""

    ASKED = "asked", _("Measuring")
    MEASURED = "measured", _("Measured")
    REFUSED = "refused", _("Refused")


class Measurement(models.Model):
    """One run of the measurement on one series: both nerves, from end points that a person set.

    `ends` is {"left": {"brainstem_mm": [x, y, z], "canal_mm": [...]}, "right": {…}}, LPS, mm.
    `result` is the nerve-measurement/1 document; numbers come from there alone. A version that
    `corrects` another has its ends and fit, with the sections of `outlines` as a person drew them:
    {"left": [{"arc_mm", "kind", "points_mm": [[up, side], …]}], …}, mm from the centreline. `view`
    is how the viewer stood when the version was asked for.
    """

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="measurements")
    version = models.PositiveIntegerField()
    ends = models.JSONField()
    reason = models.TextField(blank=True)
    state = models.CharField(
        max_length=12, choices=MeasurementState.choices, default=MeasurementState.ASKED
    )
    result = models.JSONField(null=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    pictures = models.JSONField(default=dict)
    parts = models.JSONField(default=dict)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    outlines = models.JSONField(default=dict)
    view = models.JSONField(default=dict)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="measurements")
    at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-version"]
        indexes = [models.Index(fields=["state", "at"], name="measurement_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="one_measurement_a_version"),
            models.CheckConstraint(
                condition=models.Q(state="asked", result__isnull=True)
                | (~models.Q(state="asked") & models.Q(result__isnull=False)),
                name="a_finished_measurement_has_a_result",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True) | ~models.Q(reason=""),
                name="a_correction_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} v{self.version}"
