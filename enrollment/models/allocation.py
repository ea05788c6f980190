"""The sealed allocation list, its spent slots, and who was told an arm."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models.participant import Participant
from studysite.core.models import User


class AllocationList(models.Model):
    """The list of one trial, sealed under its own key. The database refuses to change or drop it.

    The digest is of the opened list: whoever noted it can prove later that the list is the same.
    """

    protocol = models.CharField(max_length=32, unique=True)
    protocol_version = models.CharField(max_length=16)
    algorithm = models.CharField(max_length=32)
    slots_count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.protocol} {self.sha256[:12]}"


class AllocationSlot(models.Model):
    """A slot that is spent: on a participant, or on nobody because its arm had no place left.

    It says nothing of the arm, so its audit says nothing either. The database refuses to change or
    drop it: a used slot is never moved or given again.
    """

    list = models.ForeignKey(AllocationList, on_delete=models.PROTECT, related_name="spent")
    stratum = models.CharField(max_length=8)
    position = models.PositiveIntegerField()
    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, null=True, related_name="allocation_slot"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["stratum", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["list", "stratum", "position"], name="one_use_each_of_a_slot"
            ),
            models.CheckConstraint(
                condition=models.Q(position__gte=1), name="slots_count_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stratum} {self.position}"


class UnblindingCategory(models.TextChoices):
    """Why somebody who was blinded was told an arm."""

    EMERGENCY = "emergency", _("Medical emergency")
    ADVERSE_EVENT = "adverse_event", _("Adverse event")
    AUTHORITY = "authority", _("Demanded by an authority or ethics committee")
    MISTAKE = "mistake", _("By mistake")
    END_OF_STUDY = "end_of_study", _("End of the study")


class Unblinding(models.Model):
    """One participant's arm, told to somebody who was blinded, with the reason. Nothing takes it
    back, so there may be several."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="unblindings"
    )
    category = models.CharField(max_length=16, choices=UnblindingCategory.choices)
    told = models.CharField(max_length=200)
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(category__in=[key.value for key in UnblindingCategory]),
                name="unblinding_category_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(told="") & ~models.Q(reason=""),
                name="unblinding_says_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.category}"
