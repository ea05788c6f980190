"""Who reads a case: two readers of its site, and a third where they differ."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from enrollment.journey import State
from enrollment.models import Participant
from enrollment.protocol.loader import current
from imaging.models import Adjudication, Measurement, MeasurementState, Read, Session
from studysite.core.acts import acting
from studysite.core.models import User
from studysite.core.roles import Role
from studysite.core.said import said

READERS_A_CASE = 2
# No letter or digit that is mistaken for another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reading_id() -> str:
    """A random id that says nothing about the case. Cases are listed by it, so each reader has them
    in a random order of his own."""
    return "R-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


def assign_reads(participant: Participant, measurement: Measurement) -> list[Read]:
    """Give a measured case to the two readers of its site who have the least to do; where the site
    has fewer, `assign_waiting` gives the rest once there are."""
    taken = set(_first(participant).values_list("reader", flat=True))
    free = [reader for reader in _readers(participant) if reader.pk not in taken]
    readers = free[: READERS_A_CASE - len(taken)]
    techniques = list(current().arm(participant.enrolment.arm).techniques)
    return [
        Read.objects.create(
            reading_id=new_reading_id(),
            participant=participant,
            measurement=measurement,
            reader=reader,
            techniques=techniques,
        )
        for reader in readers
    ]


def ask_third_reader(participant: Participant, session: int = Session.REGISTERED) -> None:
    """Have a reader who has not read the case in this session decide it, if the site has one."""
    taken = set(participant.reads.filter(session=session).values_list("reader", flat=True))
    third = next((reader for reader in _readers(participant) if reader.pk not in taken), None)
    if third is not None:
        Adjudication.objects.create(
            participant=participant,
            session=session,
            reading_id=new_reading_id(),
            method="third_reader",
            reader=third,
        )


def assign_waiting() -> int:
    """Give the cases that lack a reader to those who have come to the site since. Returns how many
    it looked at; a case that nobody can read yet stays as it is."""
    given = Count("reads", filter=Q(reads__session=Session.REGISTERED, reads__repeat=False))
    short = (
        Participant.objects.filter(state=State.MEASURED)
        .annotate(given=given)
        .filter(given__lt=READERS_A_CASE)
    )
    undecided = Participant.objects.filter(state=State.READ, adjudications=None)
    waiting = [*short.values_list("pk", flat=True), *undecided.values_list("pk", flat=True)]
    for pk in waiting:
        with transaction.atomic():
            _assign_one(Participant.objects.select_for_update().get(pk=pk))
    return len(waiting)


def _first(participant: Participant) -> QuerySet[Read]:
    return participant.reads.filter(session=Session.REGISTERED, repeat=False)


def _assign_one(row: Participant) -> None:
    free = {reader.pk for reader in _readers(row)} - set(
        _first(row).values_list("reader", flat=True)
    )
    if not free:
        return
    with acting(None, "assign_readers", subject=row.number, detail=said("A reader was found")):
        if row.state == State.MEASURED:
            newest = Measurement.objects.filter(
                series__participant=row, state=MeasurementState.MEASURED
            )
            first = _first(row).first()
            assign_reads(row, first.measurement if first else newest.order_by("-pk")[0])
        elif row.state == State.READ and not row.adjudications.exists():
            ask_third_reader(row)


def _readers(participant: Participant) -> list[User]:
    """The trained readers of the site, who has the least to do first. Somebody who is still in
    training gets cases afterwards, by `assign_waiting`."""
    outstanding = Count("reads", filter=Q(reads__locked_at__isnull=True), distinct=True)
    trained = {"training__isnull": False} if current().reading.training_cases else {}
    return list(
        User.objects.filter(
            is_active=True,
            memberships__site=participant.site,
            memberships__role=Role.READER,
            **trained,
        )
        .annotate(outstanding=outstanding)
        .order_by("outstanding", "pk")
    )
