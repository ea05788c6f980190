"""An export: what was asked for, by whom, and the file it became."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reports.models.document import DocumentState
from studysite.core.models import Job, User


class Export(models.Model):
    """One file of data that left the study, kept with the digest of its bytes and of the dataset.

    `sites` and `kinds` are what it may hold, as the policy table had it for the person when the
    file was made; whoever opens it must see all of that.
    """

    format = models.CharField(max_length=16)
    sites = models.JSONField(default=list)
    kinds = models.JSONField(default=list)
    whole = models.BooleanField(default=False)
    state = models.CharField(
        max_length=8, choices=DocumentState.choices, default=DocumentState.ASKED
    )
    dataset_sha256 = models.CharField(max_length=64, blank=True)
    checkpoint = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    bytes_count = models.BigIntegerField(default=0)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked", made_at__isnull=True, sha256="")
                | (Q(state="made", made_at__isnull=False) & ~Q(sha256="") & ~Q(dataset_sha256="")),
                name="a_made_export_has_its_digests",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.pk}"
