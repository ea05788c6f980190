"""A report about the study: what was asked for, and the files it became."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reports.models.document import DocumentState
from studysite.core.models import Job, User


class StudyReport(models.Model):
    """One report of outcomes, kept with the digests of the data it rests on and of its files.

    `sites` are the codes of the sites whose participants are in it: whoever may see the outcomes of
    all of them may see it. A blinded one tells no arm.
    """

    kind = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    filters = models.JSONField(default=dict)
    sites = models.JSONField(default=list)
    blinded = models.BooleanField()
    state = models.CharField(
        max_length=8, choices=DocumentState.choices, default=DocumentState.ASKED
    )
    # The rows that it was computed from, the document of numbers, and the PDF.
    data_sha256 = models.CharField(max_length=64, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    pages_count = models.PositiveIntegerField(default=0)
    software = models.CharField(max_length=32, blank=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="one_study_report_a_version"),
            models.CheckConstraint(
                condition=Q(state="asked", made_at__isnull=True)
                | (
                    Q(state="made", made_at__isnull=False)
                    & ~Q(data_sha256="")
                    & ~Q(content_sha256="")
                    & ~Q(sha256="")
                ),
                name="a_made_study_report_has_its_digests",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"
