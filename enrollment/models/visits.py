"""Visits and the scans expected at them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.models.participant import Participant


class Visit(models.Model):
    """A visit of one participant, with its window. `complete` follows the forms and scans, so that
    lists of thousands need not ask for each; a visit that will not take place has a reason."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="visits")
    key = models.CharField(max_length=24)
    due_on = models.DateField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    complete = models.BooleanField(default=False)
    not_done_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["due_on"]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=Q(complete=False), name="open_visit_by_day"
            ),
            models.Index(
                fields=["closes_on", "id"],
                condition=Q(complete=False),
                name="open_visit_by_last_day",
            ),
            models.Index(fields=["closes_on"], name="visit_by_last_day"),
            models.Index(fields=["due_on"], name="visit_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["participant", "key"], name="one_visit_each"),
            models.CheckConstraint(
                condition=models.Q(opens_on__lte=models.F("due_on"))
                & models.Q(due_on__lte=models.F("closes_on")),
                name="a_window_holds_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.key}"


class ScanState(models.TextChoices):
    """Where an expected scan is."""

    EXPECTED = "expected", _("Expected")
    RECEIVED = "received", _("Received")
    ACCEPTED = "accepted", _("Accepted")
    REPEAT_ASKED = "repeat_asked", _("Repeat asked for")
    NOT_DONE = "not_done", _("Not done")


class ExpectedScan(models.Model):
    """One series that the protocol expects of a visit."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="scans")
    sequence = models.CharField(max_length=16)
    required = models.BooleanField()
    state = models.CharField(
        max_length=16, choices=ScanState.choices, default=ScanState.EXPECTED, db_index=True
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "sequence"], name="one_expected_scan_each"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in ScanState]),
                name="scan_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.sequence}"
