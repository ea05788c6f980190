"""What takes no more changes: the study, a participant or a visit, frozen or locked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.models.participant import Participant
from enrollment.places import visit_label
from studysite.core.models import User


class Level(models.TextChoices):
    """How closed it is. What is frozen takes no data but is still queried, verified and signed."""

    FROZEN = "frozen", _("Frozen")
    LOCKED = "locked", _("Locked")


class Scope(models.TextChoices):
    """How much of it."""

    STUDY = "study", _("Study")
    PARTICIPANT = "participant", _("Participant")
    VISIT = "visit", _("Visit")


class Closure(models.Model):
    """A freeze or a lock: who closed what, when and why, and who opened it again."""

    level = models.CharField(max_length=8, choices=Level.choices)
    scope = models.CharField(max_length=12, choices=Scope.choices)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, related_name="closures"
    )
    visit = models.CharField(max_length=24, blank=True)
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    # The whole dataset's digest, where it was the study that was locked.
    dataset_sha256 = models.CharField(max_length=64, blank=True)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reopened_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="closure_level_is_known"
            ),
            models.CheckConstraint(
                condition=Q(scope="study", participant__isnull=True, visit="")
                | Q(scope="participant", participant__isnull=False, visit="")
                | (Q(scope="visit", participant__isnull=False) & ~Q(visit="")),
                name="a_closure_names_what_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True)
                | (
                    Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reopened_reason="")
                ),
                name="opened_again_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(scope="study", level="locked") | ~Q(dataset_sha256=""),
                name="a_study_lock_carries_its_dataset",
            ),
            models.UniqueConstraint(
                fields=["level"],
                condition=Q(scope="study", reopened_at__isnull=True),
                name="one_closure_of_the_study",
            ),
            models.UniqueConstraint(
                fields=["level", "participant", "visit"],
                condition=Q(participant__isnull=False, reopened_at__isnull=True),
                name="one_closure_of_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.scope} {self.participant_id or ''} {self.visit}".strip()

    @property
    def place_label(self) -> str:
        """What is closed, in the reader's language."""
        return visit_label(self.visit) if self.visit else str(self.get_scope_display())


class UnlockRequest(models.Model):
    """Somebody asks that a lock be opened; somebody else decides. The table knows that they are
    two."""

    closure = models.ForeignKey(Closure, on_delete=models.PROTECT, related_name="requests")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    granted = models.BooleanField(null=True)
    remark = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # Who asked may take it back before anybody decides.
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(granted__isnull=True),
                name="what_is_taken_back_is_not_decided",
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=models.F("by"))
                ),
                name="a_second_person_decides",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="an_unlock_has_a_reason"),
            models.UniqueConstraint(
                fields=["closure"],
                condition=Q(granted__isnull=True, taken_back_at__isnull=True),
                name="one_open_request_a_lock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.closure_id} {self.granted}"
