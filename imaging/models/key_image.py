"""What a reader kept of a case: a view of it, exactly as it stood."""

from __future__ import annotations

from typing import Any

from django.db import models

from imaging.models.reading import Adjudication, Read
from imaging.models.training import TrainingRead

_OF_A_READ = models.Q(read__isnull=False, adjudication__isnull=True, training__isnull=True)
_OF_A_THIRD = models.Q(read__isnull=True, adjudication__isnull=False, training__isnull=True)
_OF_TRAINING = models.Q(read__isnull=True, adjudication__isnull=True, training__isnull=False)


class KeyImage(models.Model):
    """One view that a reader kept with a read. `state` is enough to show it again: planes, window,
    cursor, what was drawn on it. `picture` is drawn from that by the server, "" where it cannot.
    One that was taken away keeps its number."""

    read = models.ForeignKey(Read, on_delete=models.PROTECT, null=True, related_name="key_images")
    adjudication = models.ForeignKey(
        Adjudication, on_delete=models.PROTECT, null=True, related_name="key_images"
    )
    training = models.ForeignKey(
        TrainingRead, on_delete=models.PROTECT, null=True, related_name="key_images"
    )
    number = models.PositiveSmallIntegerField()
    state = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    picture = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["read", "number"],
                condition=models.Q(read__isnull=False),
                name="one_key_image_a_number",
            ),
            models.UniqueConstraint(
                fields=["adjudication", "number"],
                condition=models.Q(adjudication__isnull=False),
                name="one_key_image_of_a_third_read",
            ),
            models.UniqueConstraint(
                fields=["training", "number"],
                condition=models.Q(training__isnull=False),
                name="one_key_image_of_training",
            ),
            models.CheckConstraint(
                condition=_OF_A_READ | _OF_A_THIRD | _OF_TRAINING,
                name="a_key_image_is_of_one_read",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @staticmethod
    def place(row: Read | Adjudication | TrainingRead) -> dict[str, Any]:
        """The column that says whose it is."""
        if isinstance(row, TrainingRead):
            return {"training": row}
        return {"adjudication" if isinstance(row, Adjudication) else "read": row}

    @classmethod
    def kept_with(cls, row: Read | Adjudication | TrainingRead) -> models.QuerySet[KeyImage]:
        """Those of a read that were not taken away."""
        return cls.objects.filter(**cls.place(row), removed_at__isnull=True)
