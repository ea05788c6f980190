"""Arms, their numbers, and who left."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models.participant import Participant
from studysite.core.models import User


class ArmCount(models.Model):
    """How full an arm is. The table itself refuses more than the target."""

    arm = models.CharField(max_length=16, unique=True)
    enrolled = models.PositiveIntegerField(default=0)
    target = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(enrolled__lte=models.F("target")), name="arm_within_target"
            )
        ]

    def __str__(self) -> str:
        return f"{self.arm} {self.enrolled}/{self.target}"


class Enrolment(models.Model):
    """A participant's place in an arm. Arm and reading technique are two fields, never one."""

    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="enrolment"
    )
    arm = models.CharField(max_length=16)
    position = models.PositiveIntegerField()
    method = models.CharField(max_length=16)
    reason = models.TextField()
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["arm", "position"], name="one_place_each_in_an_arm")
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.arm}"


class LeavingKind(models.TextChoices):
    """How a participant left."""

    WITHDRAWN = "withdrawn", _("Withdrawn")
    LOST = "lost", _("Lost to follow-up")


class Withdrawal(models.Model):
    """The end of a participant's part in the study: who decided, and what data may stay."""

    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="withdrawal"
    )
    kind = models.CharField(max_length=16, choices=LeavingKind.choices)
    left_in_state = models.CharField(max_length=16)
    on = models.DateField()
    decided_by = models.CharField(
        max_length=16,
        choices=[("participant", _("Participant")), ("investigator", _("Investigator"))],
    )
    data_may_stay = models.BooleanField()
    images_may_stay = models.BooleanField(default=False)
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(data_may_stay=True) | models.Q(images_may_stay=False),
                name="images_stay_with_the_data_alone",
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.kind}"
