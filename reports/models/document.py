"""A document: what was asked for, and the file it became."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Participant
from studysite.core.models import Job, User

LANGUAGE_LABELS = {
    "en": _("English"),
    "zh-hans": _("Chinese"),
    "both": _("English and Chinese"),
}


class DocumentState(models.TextChoices):
    """How far a document is."""

    ASKED = "asked", _("Being made")
    MADE = "made", _("Made")


class Document(models.Model):
    """One document about one participant, kept with the digest of its bytes."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    state = models.CharField(
        max_length=8, choices=DocumentState.choices, default=DocumentState.ASKED
    )
    # The canonical content that the document shows, and the file's own bytes.
    content_sha256 = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    pages_count = models.PositiveIntegerField(default=0)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="documents")
    at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "kind", "version"], name="one_document_a_version"
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked", made_at__isnull=True)
                | models.Q(state="made", made_at__isnull=False),
                name="a_made_document_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.participant_id} v{self.version}"

    @property
    def language_label(self) -> str:
        """The language in words."""
        return str(LANGUAGE_LABELS.get(self.language, self.language))
