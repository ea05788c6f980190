"""Sites, people, what they did, and the jobs they asked for."""

from __future__ import annotations

import uuid

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studysite.core.audit.events import AuditCheckpoint, AuditEvent, AuditLeaf
from studysite.core.audit.writer import Kind, Writer, writing
from studysite.core.roles import Role

__all__ = [
    "Act",
    "AuditCheckpoint",
    "AuditEvent",
    "AuditLeaf",
    "Job",
    "JobState",
    "Membership",
    "Outcome",
    "Signature",
    "Site",
    "User",
]


class Site(models.Model):
    """A hospital that takes part; its code starts every subject number."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=200)
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.code


class User(AbstractUser):
    """A person with an account. Usernames are never given to someone else."""

    printed_name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.printed_name or self.username

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is theirs. A hash of yesterday's strength is renewed, in their own name: who
        is signing in is within no act yet."""
        return check_password(raw_password, self.password, self._renew)

    def _renew(self, raw_password: str) -> None:
        self.set_password(raw_password)
        # Not a new password, of which Django would tell the validators.
        self._password = None
        with writing(Writer(Kind.PERSON, self.username, "password_renewed")):
            self.save(update_fields=["password"])


class Invitation(models.Model):
    """A link, mailed once, with which somebody sets their password. The link itself is not kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    token_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at:%Y-%m-%d}"


class Membership(models.Model):
    """A person's role at a site."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "site", "role"], name="one_membership_each"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.site_id}"


class Outcome(models.TextChoices):
    """Whether what was tried came about."""

    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class Act(models.Model):
    """One thing that a person, or the system for them, did or tried: who, what, to whom, when and
    why. What was refused changed nothing, and says by which rule in `code`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="acts")
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=32, blank=True, db_index=True)
    detail = models.CharField(max_length=500, blank=True)
    reason = models.TextField(blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.DONE)
    code = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["at"]
        indexes = [
            models.Index(fields=["subject", "at"], name="act_by_subject"),
            models.Index(fields=["action", "at"], name="act_by_action"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="done", code="")
                | (models.Q(outcome="refused") & ~models.Q(code="")),
                name="a_refused_act_says_the_rule",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class JobState(models.TextChoices):
    """Where a job is."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Job(models.Model):
    """Work for a worker. The row is the queue; Celery only announces that it is there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200, unique=True)
    target = models.CharField(max_length=64)
    subject = models.CharField(max_length=32, blank=True, db_index=True)
    state = models.CharField(
        max_length=8, choices=JobState.choices, default=JobState.QUEUED, db_index=True
    )
    progress = models.FloatField(default=0.0)
    message = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="jobs")
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["-requested_at"], name="job_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(progress__gte=0.0, progress__lte=1.0), name="progress_is_a_share"
            ),
            models.CheckConstraint(
                condition=models.Q(state="running", lease_until__isnull=False)
                | (~models.Q(state="running") & models.Q(lease_until__isnull=True)),
                name="a_lease_is_held_while_running",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "failed"], finished_at__isnull=False)
                | models.Q(state__in=["queued", "running"], finished_at__isnull=True),
                name="a_finished_job_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target} {self.state}"


class Signature(models.Model):
    """Somebody's signature under content as it was: who, when, with what meaning, over which bytes.

    Validity is computed when read: the seal over the row, and the content's digest now against the
    digest signed.
    """

    subject = models.CharField(max_length=32, db_index=True)
    kind = models.CharField(max_length=32)
    content_sha256 = models.CharField(max_length=64)
    meaning = models.CharField(max_length=200)
    printed_name = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signatures")
    at = models.DateTimeField(default=timezone.now)
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
