"""What a monitor looks at: per site, how many participants, how old the queries, how far
verification, what is missing, what departed from the protocol. The number of database queries is
the same for any study."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from enrollment.journey import ENDED, State
from enrollment.loglines import LogLine, line_of
from enrollment.models import Closure, FormEntry, Participant, Query, Visit
from enrollment.models.forms import LOG, EntryState
from enrollment.places import form_label, sequence_label, visit_label
from enrollment.protocol.loader import current
from enrollment.query_life import (
    BUCKETS,
    WAITING_FOR_ANSWER,
    QueryState,
    bucket_of,
    days_open,
)
from enrollment.services.trail import reviews
from enrollment.verification import Progress, percent_of, progress
from imaging.models import Series
from reports.catalog.sheet_notices import left_out, may_stay
from reports.closures import visible as visible_closures
from reports.closures import waiting
from studysite.core.access import scoped, sites_for
from studysite.core.models import Act, Site, User
from studysite.core.roles import Action
from studysite.core.said import said

LEFT = ENDED - {State.LOCKED}
SIGNED = frozenset({State.SIGNED, State.LOCKED})
SHOWN = 100
# What stands in place of what came of images that may not stay.
LEFT_OUT = said("Left out")


@dataclass(frozen=True)
class Missing:
    """A form that its visit's window has passed without."""

    participant: str
    site: str
    visit: str
    form: str
    closed_on: date
    days: int

    @property
    def visit_label(self) -> str:
        """The visit's name."""
        return visit_label(self.visit)

    @property
    def form_label(self) -> str:
        """The form's title."""
        return form_label(self.form)


@dataclass(frozen=True)
class Deviation:
    """A departure: of a scan from the imaging protocol."""

    participant: str
    site: str
    what: str
    sentence: str

    @property
    def label(self) -> str:
        """The sequence's name."""
        return sequence_label(self.what)


@dataclass
class SiteDesk:
    """One site in figures."""

    site: Site
    states: Counter[str] = field(default_factory=Counter)
    ages: Counter[str] = field(default_factory=Counter)
    query_states: Counter[str] = field(default_factory=Counter)
    oldest_days: int | None = None
    due: int = 0
    verified: int = 0
    undone: int = 0
    missing: int = 0
    deviations: int = 0
    protocol_deviations: int = 0
    closed: int = 0
    enrolled: int = 0

    @property
    def screened(self) -> int:
        """Everybody who was screened."""
        return sum(self.states.values())

    @property
    def left(self) -> int:
        """Those who got out, whenever."""
        return sum(self.states[state] for state in LEFT)

    @property
    def signed(self) -> int:
        """Those whose case is signed or locked."""
        return sum(self.states[state] for state in SIGNED)

    @property
    def queries_open(self) -> int:
        """Queries that are not closed."""
        return sum(self.ages.values())

    @property
    def age_counts(self) -> list[int]:
        """Queries that are not closed, by span of age."""
        return [self.ages[bucket.key] for bucket in BUCKETS]

    @property
    def queries_waiting(self) -> int:
        """Queries that nobody has answered."""
        return sum(self.query_states[state.value] for state in WAITING_FOR_ANSWER)

    @property
    def queries_answered(self) -> int:
        """Queries whose answers nobody has looked at."""
        return self.query_states[QueryState.ANSWERED]

    @property
    def percent_label(self) -> str:
        """How much of what is due is verified; in words where nothing is."""
        return percent_of(self.verified, self.due)


@dataclass(frozen=True)
class Desk:
    """A monitor's desk at one moment."""

    at: datetime
    sites: list[SiteDesk]
    verification: list[Progress]
    missing: list[Missing]
    deviations: list[Deviation]
    protocol_deviations: list[LogLine]
    audit_reviews: list[Act]
    closures: list[Closure]
    unlock_requests: int

    @property
    def buckets(self) -> list[Any]:
        """The spans of ages, in order."""
        return list(BUCKETS)

    @property
    def missing_shown(self) -> list[Missing]:
        """The longest missing."""
        return self.missing[:SHOWN]

    @property
    def deviations_shown(self) -> list[Deviation]:
        """The first of them."""
        return self.deviations[:SHOWN]


def desk_of(user: User, now: datetime | None = None) -> Desk:
    """What there is at the person's sites, now."""
    now = now or timezone.now()
    sites = {site.pk: SiteDesk(site) for site in sites_for(user, Action.SEE_MONITORING)}
    _count_participants(sites, user)
    _count_queries(sites, user, now)
    verification = progress(user)
    _add_verification(sites, verification)
    missing = _missing(sites, user, timezone.localdate(now))
    deviations = _deviations(sites, user)
    closures = list(
        visible_closures(user, Action.SEE_MONITORING)
        .filter(reopened_at__isnull=True)
        .select_related("participant", "by", "reopened_by")[:SHOWN]
    )
    return Desk(
        at=now,
        sites=sorted(sites.values(), key=lambda row: row.site.code),
        verification=verification,
        missing=missing,
        deviations=deviations,
        protocol_deviations=_protocol_deviations(sites, user),
        audit_reviews=list(reviews(user)[:SHOWN]),
        closures=closures,
        unlock_requests=waiting(user, Action.SEE_MONITORING).count(),
    )


def _count_participants(sites: dict[int, SiteDesk], user: User) -> None:
    rows = _mine(Participant.objects.order_by(), user, "site").values_list("site", "state")
    counts = {"count": Count("pk"), "enrolled": Count("enrolment")}
    for site, state, count, enrolled in rows.annotate(**counts):
        sites[site].states[state] += count
        sites[site].enrolled += enrolled


def _count_queries(sites: dict[int, SiteDesk], user: User, now: datetime) -> None:
    rows = _mine(Query.objects.exclude(state=QueryState.CLOSED).order_by(), user)
    for site, state, opened_at in rows.values_list("participant__site", "state", "opened_at"):
        desk, days = sites[site], days_open(opened_at, now)
        desk.ages[bucket_of(days).key] += 1
        desk.query_states[state] += 1
        desk.oldest_days = max(days, desk.oldest_days or 0)


def _add_verification(sites: dict[int, SiteDesk], rows: Iterable[Progress]) -> None:
    by_code = {desk.site.code: desk for desk in sites.values()}
    for row in rows:
        desk = by_code.get(row.site)
        if desk is not None:
            desk.due += row.due
            desk.verified += row.verified
            desk.undone += row.undone


def _missing(sites: dict[int, SiteDesk], user: User, today: date) -> list[Missing]:
    """Forms that are not submitted although their visit's window is over, the longest first. None
    is awaited of a visit that did not take place."""
    planned = {plan.key: plan.forms for plan in current().visits}
    past = Visit.objects.filter(closes_on__lt=today, complete=False, not_done_reason="")
    past = past.exclude(participant__state__in=LEFT)
    visits = _mine(past, user).order_by("closes_on", "participant__number")
    submitted: dict[int, set[tuple[str, str]]] = defaultdict(set)
    theirs = past.filter(participant=OuterRef("participant"), key=OuterRef("visit"))
    filled = FormEntry.objects.filter(Exists(theirs), state=EntryState.SUBMITTED)
    entries = _mine(filled.order_by(), user)
    for pk, visit, form in entries.values_list("participant", "visit", "form"):
        submitted[pk].add((visit, form))
    columns = ("participant", "participant__number", "participant__site", "key", "closes_on")
    found = []
    for pk, number, site, visit, closes_on in visits.values_list(*columns):
        for form in planned.get(visit, ()):
            if (visit, form) not in submitted[pk]:
                days = (today - closes_on).days
                code = sites[site].site.code
                found.append(Missing(number, code, visit, form, closes_on, days))
                sites[site].missing += 1
    return found


def _deviations(sites: dict[int, SiteDesk], user: User) -> list[Deviation]:
    """Departures of the scans from the imaging protocol, the newest first."""
    rows = _mine(Series.objects.exclude(deviations=[]).order_by("-at"), user)
    columns = ("participant__number", "participant__site", "sequence", "deviations")
    stays = "participant__withdrawal__images_may_stay"
    found = []
    for number, site, sequence, deviations, images_stay in rows.values_list(*columns, stays):
        sites[site].deviations += len(deviations)
        code = sites[site].site.code
        for each in deviations:
            sentence = LEFT_OUT if images_stay is False else str(each["sentence"])
            found.append(Deviation(number, code, sequence, sentence))
    return found


def protocol_deviations(user: User) -> QuerySet[FormEntry]:
    """Every deviation on record in the logs of the person's sites."""
    return _mine(FormEntry.objects.filter(form="deviation", visit=LOG, revision__gt=0), user)


def _protocol_deviations(sites: dict[int, SiteDesk], user: User) -> list[LogLine]:
    """The deviations on record in the logs: how many a site has, and the newest."""
    rows = protocol_deviations(user)
    counted = rows.order_by().values_list("participant__site").annotate(count=Count("pk"))
    for site, count in counted:
        sites[site].protocol_deviations = count
    newest = rows.select_related("participant__withdrawal").order_by("-pk")[:SHOWN]
    return [_usable_line(entry) for entry in newest]


def _usable_line(entry: FormEntry) -> LogLine:
    """Of somebody whose data may not be used: that there is a deviation, and nothing of it."""
    line = line_of(entry)
    if may_stay(entry.participant):
        return line
    return replace(line, cells=[left_out().text] * len(line.cells), stops=False)


def _mine(rows: QuerySet[Any], user: User, path: str = "participant__site") -> QuerySet[Any]:
    return scoped(rows, user, Action.SEE_MONITORING, path)
