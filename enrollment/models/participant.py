"""A participant: a subject number and what screening recorded. No identity."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.journey import State
from studysite.core.models import Site


class Sex(models.TextChoices):
    """As in the hospital's record."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")


class Side(models.TextChoices):
    """The side of the spasm."""

    LEFT = "left", _("Left")
    RIGHT = "right", _("Right")
    BOTH = "both", _("Both")
    UNKNOWN = "unknown", _("Not recorded")


class Participant(models.Model):
    """One person in the study, known by the subject number alone."""

    number = models.CharField(max_length=16, unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="participants")
    state = models.CharField(
        max_length=16, choices=State.choices, default=State.SCREENED, db_index=True
    )
    protocol_version = models.CharField(max_length=16)
    screened_on = models.DateField()
    year_of_birth = models.PositiveSmallIntegerField()
    sex = models.CharField(max_length=8, choices=Sex.choices)
    affected_side = models.CharField(max_length=8, choices=Side.choices)
    onset = models.CharField(max_length=10, blank=True)
    screened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["site", "number"], name="participant_of_site")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]),
                name="participant_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(year_of_birth__gte=1900, year_of_birth__lte=2100),
                name="year_of_birth_is_a_year",
            ),
        ]

    def __str__(self) -> str:
        return self.number
