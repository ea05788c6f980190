"""Scans that are sent to an archive, and what came of each object."""

from __future__ import annotations

from django.db import models

from imaging.models.measurement import Measurement
from imaging.models.peer import Peer
from imaging.models.series import Series
from studysite.core.models import Job, JobState, User


class Dispatch(models.Model):
    """One series sent to one node, with what was made of a measurement of it where there is one.

    `taken` are the instances that the node said it has; `refused` those that it did not take, each
    with what it is and why: [{"uid", "what", "sentence"}].
    """

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="dispatches")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="dispatches")
    measurement = models.ForeignKey(
        Measurement, on_delete=models.PROTECT, null=True, related_name="dispatches"
    )
    objects_count = models.PositiveIntegerField(default=0)
    taken = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    attempts = models.PositiveIntegerField(default=1)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="dispatches")
    at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "dispatches"

    def __str__(self) -> str:
        return f"{self.series_id} to {self.peer_id}"

    @property
    def under_way(self) -> bool:
        """Whether a worker has it, or will."""
        return self.job is not None and self.job.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def may_go_again(self) -> bool:
        """Whether something of it is not there yet, and nobody is at it."""
        return not self.under_way and (self.finished_at is None or bool(self.refused))
