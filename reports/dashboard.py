"""What a role looks at first: enrolment against plan, scans by state, reads outstanding, queries by
age. Each part is counted only for those who may see what it counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Enrolment, ExpectedScan, Participant, ScanState
from enrollment.places import sequence_label
from enrollment.protocol.loader import current
from enrollment.query_life import BUCKETS, QueryState
from enrollment.query_listing import ages, visible
from imaging.models import Read
from reports.catalog.sheet import Cell, Section, Table, heads
from studysite.core.access import may, scoped
from studysite.core.models import User
from studysite.core.roles import Action


@dataclass(frozen=True)
class Part:
    """A part of the dashboard, and who may see it."""

    action: Action
    fill: Any


def sections_of(user: User) -> list[Section]:
    """The parts that this person may see, in order."""
    return [part.fill(user) for part in PARTS if may(user, part.action)]


def _enrolment(user: User) -> Section:
    people = scoped(Participant.objects.order_by(), user, Action.SEE_ARM)
    counts = Counter(
        Enrolment.objects.filter(participant__in=people.values("pk")).values_list("arm", flat=True)
    )
    rows = [
        [
            Cell(arm.label),
            Cell(str(counts[arm.key])),
            Cell(str(arm.target)),
            Cell(f"{100 * counts[arm.key] // arm.target}"),
        ]
        for arm in current().arms
    ]
    total, target = sum(counts.values()), sum(arm.target for arm in current().arms)
    rows.append(
        [Cell(_("All")), Cell(str(total)), Cell(str(target)), Cell(f"{100 * total // target}")]
    )
    columns = [_("Arm"), _("Enrolled"), _("Planned"), _("Percent")]
    table = Table(_("Enrolled against the plan"), heads(columns), rows)
    return Section(_("Enrolment"), tables=[table])


def _scans(user: User) -> Section:
    rows = scoped(
        ExpectedScan.objects.order_by(), user, Action.SEE_SCANS, "visit__participant__site"
    )
    counts: Counter[tuple[str, str]] = Counter()
    for sequence, state, count in rows.values_list("sequence", "state").annotate(n=Count("pk")):
        counts[sequence, state] += count
    sequences = [plan.key for plan in current().scans]
    board = reverse("imaging:board")
    lines = [
        [
            Cell(sequence_label(sequence), board),
            *(Cell(str(counts[sequence, state.value])) for state in ScanState),
        ]
        for sequence in sequences
    ]
    columns = [_("Scan"), *(str(state.label) for state in ScanState)]
    return Section(_("Scans by state"), tables=[Table(_("Scans by state"), heads(columns), lines)])


def _reads(user: User) -> Section:
    rows = scoped(Read.objects.order_by(), user, Action.SEE_READS, "participant__site")
    return _reads_of(rows, _("Reads by reader"))


def _own_reads(user: User) -> Section:
    """A reader's own alone: nothing of the others'."""
    rows = scoped(
        Read.objects.filter(reader=user).order_by(), user, Action.READ_CASE, "participant__site"
    )
    return _reads_of(rows, _("My reads"))


def _reads_of(rows: Any, title: str) -> Section:
    found = rows.values_list("reader__printed_name").annotate(
        open=Count("pk", filter=Q(locked_at__isnull=True)),
        locked=Count("pk", filter=Q(locked_at__isnull=False)),
    )
    lines = [
        [Cell(name), Cell(str(open_)), Cell(str(locked))]
        for name, open_, locked in found.order_by("reader__printed_name")
    ]
    columns = [_("Reader"), _("Outstanding"), _("Locked")]
    table = Table(title, heads(columns), lines, _("No case was given to a reader yet."))
    return Section(_("Reads outstanding"), tables=[table])


def _queries(user: User) -> Section:
    found = ages(visible(user).exclude(state=QueryState.CLOSED), timezone.now())
    url = reverse("queries:queries")
    lines = [
        [
            Cell(str(bucket.label)),
            Cell(
                str(found[bucket.key]),
                f"{url}?state=not_closed&age={bucket.key}" if found[bucket.key] else "",
            ),
        ]
        for bucket in BUCKETS
    ]
    table = Table(_("Queries that are not closed, by age"), heads([_("Age"), _("Queries")]), lines)
    return Section(_("Queries by age"), tables=[table])


PARTS = (
    Part(Action.SEE_ARM, _enrolment),
    Part(Action.SEE_SCANS, _scans),
    Part(Action.SEE_READS, _reads),
    Part(Action.READ_CASE, _own_reads),
    Part(Action.SEE_QUERIES, _queries),
)
