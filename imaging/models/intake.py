"""What arrives: files on the spool, and what waits for a person. No names, no file names."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Participant
from imaging.models.peer import Peer
from studysite.core.models import Job, Site, User


class Door(models.TextChoices):
    """How scans come in."""

    UPLOAD = "upload", _("Web upload")
    COMMAND = "command", _("Command line")
    API = "api", _("API")
    STORE = "store", _("DICOM network")
    WEB = "web", _("DICOMweb")
    SETTLED = "settled", _("Settled by a person")


class IntakeState(models.TextChoices):
    """How far an arrival is."""

    OPEN = "open", _("Receiving")
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")


class Intake(models.Model):
    """One arrival of files through one door."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="intakes")
    door = models.CharField(max_length=8, choices=Door.choices)
    # Whose scan the sender says it is; the files must say the same.
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, related_name="intakes"
    )
    # The node that sends it, where it comes over the network.
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, null=True, related_name="intakes")
    # Set when a person has looked at what waited and vouches for whose it is.
    vouched = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=IntakeState.choices, default=IntakeState.OPEN)
    outcome = models.JSONField(default=list)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="intakes")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["peer"],
                condition=models.Q(state="open", peer__isnull=False),
                name="one_open_arrival_a_peer",
            ),
            models.UniqueConstraint(
                fields=["by", "site"],
                condition=models.Q(state="open", door="web"),
                name="one_open_web_arrival_a_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class IntakeFile(models.Model):
    """One file of an arrival, on the spool under our own name."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveIntegerField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    # The sender's random word for a file that came in pieces; sent again it is the same file.
    key = models.UUIDField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "number"], name="one_file_a_number"),
            models.UniqueConstraint(fields=["intake", "key"], name="one_file_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.intake_id} {self.number}"


class HeldState(models.TextChoices):
    """What became of files that could not go straight in."""

    WAITING = "waiting", _("Waiting")
    MATCHED = "matched", _("Matched")
    REFUSED = "refused", _("Refused")


class Held(models.Model):
    """Files that wait in quarantine for a person, with the reason."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="held")
    key = models.CharField(max_length=64)
    code = models.CharField(max_length=40)
    reason = models.TextField()
    modality = models.CharField(max_length=16, blank=True)
    files_count = models.PositiveIntegerField()
    state = models.CharField(
        max_length=8, choices=HeldState.choices, default=HeldState.WAITING, db_index=True
    )
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_reason = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "key"], name="held_once_an_intake"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", settled_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(settled_at__isnull=False)),
                name="settled_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"


class HeldFile(models.Model):
    """One file in quarantine, sealed."""

    held = models.ForeignKey(Held, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["held", "sha256"], name="one_held_file_each")
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
