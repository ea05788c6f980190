"""Answers to case report forms, every revision kept."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models.participant import Participant
from studysite.core.models import User

# The visit of a form that belongs to none, as an adverse event does.
LOG = "log"


class EntryState(models.TextChoices):
    """Whether a form is complete."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")


class FormEntry(models.Model):
    """A form of one participant at one visit, as it stands. A repeating form has several, by
    `repeat`. `remarks` are the unlikely answers with the reasons they were kept for."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="entries")
    form = models.CharField(max_length=32)
    form_version = models.CharField(max_length=16)
    visit = models.CharField(max_length=24)
    repeat = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=EntryState.choices)
    answers = models.JSONField(default=dict)
    remarks = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "form", "visit", "repeat"], name="one_entry_a_repeat"
            ),
            models.CheckConstraint(condition=models.Q(repeat__gte=1), name="repeats_count_from_1"),
        ]
        indexes = [
            models.Index(fields=["form", "state"], name="entry_by_form"),
            models.Index(fields=["visit", "id"], name="entry_by_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.form} {self.visit}"


class FormRevision(models.Model):
    """The answers after one save, with the reasons: for the change of a submitted form as a whole,
    and item by item."""

    entry = models.ForeignKey(FormEntry, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    form_version = models.CharField(max_length=16)
    state = models.CharField(max_length=12, choices=EntryState.choices)
    answers = models.JSONField()
    remarks = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    reasons = models.JSONField(default=dict)
    # The revision that a draft was taken back to; 0 for an empty form.
    back_to = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="one_revision_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.number}"
