"""Which queries a person may see, and the list of them narrowed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from enrollment.models import Query
from enrollment.places import OF_IMAGING
from enrollment.query_life import BUCKETS, WAITING_FOR_ANSWER, Bucket, QueryState
from studysite.core.access import roles_of, sites_for
from studysite.core.models import Site, User
from studysite.core.roles import Action, Role

# What the list is narrowed to by one word; the states come on top.
NOT_CLOSED_WORD, MINE_TO_ANSWER, MINE_TO_CLOSE = "not_closed", "to_answer", "to_close"


def visible(user: User) -> QuerySet[Query]:
    """Queries at the person's sites: about clinical data for whoever sees those, about scans for
    whoever sees scans."""
    sites = sites_for(user, Action.SEE_QUERIES)
    clinical = sites.filter(pk__in=sites_for(user, Action.SEE_CLINICAL).values("pk"))
    scans = sites.filter(pk__in=sites_for(user, Action.SEE_SCANS).values("pk"))
    return Query.objects.filter(
        Q(participant__site__in=clinical)
        | Q(participant__site__in=scans, kind__in=[kind.value for kind in OF_IMAGING])
    )


def to_answer(user: User) -> QuerySet[Query]:
    """The queries that wait for this person's answer: theirs by name, or their role's."""
    roles = _sites_by_role(user, Action.ANSWER_QUERY)
    mine = Q(assigned_to=user)
    for role, sites in roles.items():
        mine |= Q(assigned_to__isnull=True, assigned_role=role, participant__site__in=sites)
    waiting = [state.value for state in WAITING_FOR_ANSWER]
    return visible(user).filter(mine, state__in=waiting, closed_at__isnull=True)


def to_close(user: User) -> QuerySet[Query]:
    """The answered queries whose answers this person's side has to look at."""
    mine = Q(pk__in=[])
    for role, sites in _sites_by_role(user, Action.CLOSE_QUERY).items():
        mine |= Q(side=role, participant__site__in=sites)
    return visible(user).filter(mine, state=QueryState.ANSWERED, closed_at__isnull=True)


def queries(
    user: User,
    *,
    state: str = NOT_CLOSED_WORD,
    site: Site | None = None,
    number: str = "",
    form: str = "",
    age: str = "",
    origin: str = "",
    now: datetime | None = None,
) -> QuerySet[Query]:
    """The queries that a person may see, narrowed, the oldest first."""
    rows = visible(user)
    if state == MINE_TO_ANSWER:
        rows = to_answer(user)
    elif state == MINE_TO_CLOSE:
        rows = to_close(user)
    elif state == NOT_CLOSED_WORD:
        rows = rows.filter(closed_at__isnull=True)
    elif state:
        rows = rows.filter(state=state)
    if site is not None:
        rows = rows.filter(participant__site=site)
    if number:
        rows = rows.filter(participant__number__icontains=number)
    if form:
        rows = rows.filter(form=form)
    if origin:
        rows = rows.filter(origin=origin)
    return _of_age(rows, age, now or timezone.now()).order_by("opened_at", "pk")


def _of_age(rows: QuerySet[Query], age: str, now: datetime) -> QuerySet[Query]:
    """Those that were opened so many whole days ago."""
    bucket = next((each for each in BUCKETS if each.key == age), None)
    return rows if bucket is None else rows.filter(_aged(bucket, now))


def ages(rows: QuerySet[Query], now: datetime) -> dict[str, int]:
    """How many of the queries fall into each span of ages, by the span's key. One query."""
    counts = {bucket.key: Count("pk", filter=_aged(bucket, now)) for bucket in BUCKETS}
    return rows.order_by().aggregate(**counts)


def _aged(bucket: Bucket, now: datetime) -> Q:
    """Opened so many whole days ago."""
    asked = Q(opened_at__lte=now - timedelta(days=bucket.since))
    if bucket.until is None:
        return asked
    return asked & Q(opened_at__gt=now - timedelta(days=bucket.until + 1))


def _sites_by_role(user: User, action: Action) -> dict[Role, list[Site]]:
    """Role to the sites at which the person holds it and it allows the action."""
    found: dict[Role, list[Site]] = {}
    for site in sites_for(user, action):
        for role in roles_of(user, site):
            found.setdefault(role, []).append(site)
    return found
