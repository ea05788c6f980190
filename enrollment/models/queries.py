"""Queries about data, and everything that was said in them."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from enrollment.models.participant import Participant
from enrollment.places import Place, PlaceKind
from enrollment.query_life import (
    NOT_CLOSED,
    Bucket,
    Origin,
    QueryAct,
    QueryState,
    bucket_of,
    days_open,
)
from studysite.core.models import User
from studysite.core.roles import Role

# Who may close a query: the side that opened it. A check stands on the data manager's side.
SIDES = (Role.MONITOR, Role.DATA_MANAGER)
SIDE_CHOICES = [(role.value, role.label) for role in SIDES]


class Query(models.Model):
    """A question about a part of a participant's record. It is never deleted."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="queries")
    kind = models.CharField(max_length=12, choices=PlaceKind.choices)
    key = models.CharField(max_length=160, blank=True)
    visit = models.CharField(max_length=24, blank=True)
    form = models.CharField(max_length=32, blank=True)
    repeat = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=64, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    # Of an automatic query: the finding's code and what its sentence names, and the digest of the
    # answers that it was found in.
    check_code = models.CharField(max_length=80, blank=True)
    parameters = models.JSONField(default=dict)
    found_in = models.CharField(max_length=64, blank=True)
    state = models.CharField(
        max_length=8, choices=QueryState.choices, default=QueryState.OPEN, db_index=True
    )
    side = models.CharField(max_length=16, choices=SIDE_CHOICES)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    assigned_role = models.CharField(max_length=16, choices=Role.choices)
    assigned_to = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="queries"
    )

    class Meta:
        ordering = ["opened_at", "pk"]
        verbose_name_plural = "queries"
        indexes = [
            models.Index(fields=["state", "opened_at"], name="query_by_age"),
            models.Index(fields=["opened_at", "id"], name="query_by_opening"),
            models.Index(
                fields=["opened_at", "id"],
                condition=Q(closed_at__isnull=True),
                name="open_query_by_opening",
            ),
            models.Index(fields=["participant", "visit", "form"], name="query_by_form"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=QueryState.values), name="query_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PlaceKind.values), name="query_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(side__in=[role.value for role in SIDES]), name="query_side_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="a_closed_query_has_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(origin="manual", opened_by__isnull=False, check_code=""))
                | (Q(origin="automatic", opened_by__isnull=True) & ~Q(check_code="")),
                name="a_query_comes_from_somebody_or_a_check",
            ),
            models.UniqueConstraint(
                fields=["participant", "kind", "key", "check_code"],
                condition=Q(origin="automatic"),
                name="one_automatic_query_a_finding",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.kind} {self.key} {self.state}"

    @property
    def place(self) -> Place:
        """What it is about."""
        return Place(PlaceKind(self.kind), self.visit, self.form, self.repeat, self.name)

    @property
    def shown_state(self) -> str:
        """The state as pages colour it: an open query asks for an act."""
        return "query_open" if self.state == QueryState.OPEN else self.state

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is awaited."""
        return QueryState(self.state) not in NOT_CLOSED

    def days(self, now: datetime | None = None) -> int:
        """How long it has been open, or was, in whole days."""
        return days_open(self.opened_at, self.closed_at or now or timezone.now())

    @property
    def age(self) -> int:
        """How long it has been open until now."""
        return self.days()

    @property
    def bucket(self) -> Bucket:
        """The span of ages that it falls into."""
        return bucket_of(self.days())


class QueryMessage(models.Model):
    """One thing said in a query, with what it did. No person means the system itself."""

    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="messages")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=8, choices=QueryAct.choices)
    text = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["query", "number"], name="one_query_message_a_number"),
            models.CheckConstraint(condition=Q(act__in=QueryAct.values), name="query_act_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.query_id} {self.number} {self.act}"
