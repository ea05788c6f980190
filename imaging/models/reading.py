"""Blinded reads, and what they come to."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Participant
from imaging.models.measurement import Measurement
from studysite.core.models import User

REGISTERED, OTHER = 1, 2
# Not `IN (1, 2)`: Django's introspection of SQLite stumbles over a list at the end of a table.
A_SESSION = models.Q(session=REGISTERED) | models.Q(session=OTHER)


class Session(models.IntegerChoices):
    """In whose techniques a case is read: in its own arm's, as registered; or, where the protocol
    pairs them, in the other arm's as well, in a second session."""

    REGISTERED = REGISTERED, _("In the arm's technique")
    OTHER = OTHER, _("In the other technique")


class Answering(models.Model):
    """What every kind of read has: the answers, how often they were saved before they were locked,
    and how long the case was looked at. `looked_at` is when the reader was last seen at it, and
    bounds how many seconds can be claimed for the time since."""

    reading_id = models.CharField(max_length=16, unique=True)
    form_version = models.CharField(max_length=16, blank=True)
    answers = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reading_id


class Read(Answering):
    """One reader's answers on one case. The reader knows it by its reading id alone. `repeat`: the
    same reader reads the case once more, so that a reader can be compared with himself."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="reads")
    measurement = models.ForeignKey(Measurement, on_delete=models.PROTECT, related_name="reads")
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reads")
    techniques = models.JSONField()
    session = models.PositiveSmallIntegerField(choices=Session.choices, default=REGISTERED)
    repeat = models.BooleanField(default=False)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["reading_id"]
        indexes = [
            models.Index(fields=["reader", "reading_id"], name="read_of_reader"),
            models.Index(
                fields=["reader", "reading_id"],
                condition=models.Q(locked_at__isnull=True),
                name="open_read_of_reader",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "reader", "session", "repeat"], name="one_read_a_session"
            ),
            models.CheckConstraint(condition=A_SESSION, name="a_read_has_its_session"),
        ]

    @property
    def done_at(self) -> datetime | None:
        """When the answers became final."""
        return self.locked_at


class Adjudication(Answering):
    """The answer that counts for a case in one session: the readers' where they agree, a third
    reader's where they do not."""

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="adjudications"
    )
    session = models.PositiveSmallIntegerField(choices=Session.choices, default=REGISTERED)
    method = models.CharField(
        max_length=12,
        choices=[("agreement", _("Both readers agree")), ("third_reader", _("Third reader"))],
    )
    reader = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["reader", "reading_id"], name="third_read_of_reader"),
            models.Index(
                fields=["reader", "reading_id"],
                condition=models.Q(at__isnull=True),
                name="open_third_read_of_reader",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "session"], name="one_adjudication_a_session"
            ),
            models.CheckConstraint(
                condition=models.Q(method="agreement", reader__isnull=True)
                | models.Q(method="third_reader", reader__isnull=False),
                name="a_third_reader_is_named",
            ),
            models.CheckConstraint(
                condition=A_SESSION,
                name="an_adjudication_has_its_session",
            ),
        ]

    @property
    def done_at(self) -> datetime | None:
        """When the answers became final."""
        return self.at
