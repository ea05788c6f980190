"""Visits and the scans expected at them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.journey import State
from enrollment.models import ExpectedScan, Participant, ScanState, Visit
from enrollment.models.forms import EntryState
from enrollment.protocol.definition import Protocol, VisitPlan
from enrollment.protocol.loader import current
from enrollment.schedule import Window
from enrollment.services import way
from studysite.core.errors import OutOfOrder


def plan_visit(participant: Participant, plan: VisitPlan, due: Window, protocol: Protocol) -> Visit:
    """Put a visit on a participant's calendar with the scans that the protocol expects of it."""
    visit = Visit.objects.create(
        participant=participant,
        key=plan.key,
        due_on=due.due_on,
        opens_on=due.opens_on,
        closes_on=due.closes_on,
    )
    ExpectedScan.objects.bulk_create(
        ExpectedScan(visit=visit, sequence=scan.key, required=scan.required)
        for scan in protocol.scans
        if scan.visit == plan.key
    )
    return visit


def expected_scan(participant: Participant, sequence: str) -> ExpectedScan | None:
    """The first scan of a sequence that is still expected of a participant, or was received."""
    scans = ExpectedScan.objects.filter(visit__participant=participant, sequence=sequence)
    open_ones = scans.exclude(state__in=[ScanState.ACCEPTED, ScanState.NOT_DONE])
    return open_ones.order_by("visit__due_on").first()


def mark_scan(scan: ExpectedScan, state: ScanState, *, revised: bool = False) -> None:
    """Move an expected scan to a state; an accepted scan stays accepted unless its verdict is
    revised."""
    if scan.state == ScanState.ACCEPTED and state != ScanState.ACCEPTED and not revised:
        raise OutOfOrder(_("An accepted scan stays accepted."))
    scan.state = state
    scan.save(update_fields=["state"])
    settle_visit(scan.visit.participant, scan.visit.key)


def settle_visit(participant: Participant, key: str) -> None:
    """Note whether every form of a visit is submitted and no scan of it is awaited."""
    visit = Visit.objects.get(participant=participant, key=key)
    entries = participant.entries.filter(visit=key, state=EntryState.SUBMITTED)
    submitted = set(entries.values_list("form", flat=True))
    awaited = visit.scans.filter(
        required=True, state__in=[ScanState.EXPECTED, ScanState.REPEAT_ASKED]
    )
    visit.complete = submitted >= set(current().visit(key).forms) and not awaited.exists()
    visit.save(update_fields=["complete"])


def settle_scans(participant: Participant) -> None:
    """Take the steps that the expected scans allow, in whatever order they were settled: an
    enrolled participant with a scan, of whom none that is required is awaited, is scanned; one with
    an accepted scan, of whom none that is required is unjudged, is quality-checked. A repeat that
    is asked for takes the participant back."""
    row = way.hold(participant)
    scans = ExpectedScan.objects.filter(visit__participant=row)
    states = set(scans.values_list("state", flat=True))
    required = set(scans.filter(required=True).values_list("state", flat=True))
    came = bool(states & {ScanState.RECEIVED, ScanState.ACCEPTED})
    complete = came and not required & {ScanState.EXPECTED, ScanState.REPEAT_ASKED}
    judged = complete and ScanState.ACCEPTED in states and ScanState.RECEIVED not in required
    unjudged = row.state == State.QUALITY_CHECKED and not judged
    if unjudged or (row.state == State.SCANNED and not complete):
        way.step(row, State.ENROLLED)
    if row.state == State.ENROLLED and complete:
        way.step(row, State.SCANNED)
    if row.state == State.SCANNED and judged:
        way.step(row, State.QUALITY_CHECKED)
