"""When a participant took each step of the way, and by whom."""

from __future__ import annotations

from django.db import models

from enrollment.journey import State
from enrollment.models.participant import Participant
from studysite.core.models import User


class Step(models.Model):
    """One state a participant came to. No person means the system itself."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=16, choices=State.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]),
                name="step_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.state}"
