"""The data-quality report: how complete the forms are, how often they were corrected or asked
about, how long queries take. The number of database queries is the same for any study."""

from __future__ import annotations

from collections import Counter, defaultdict
from statistics import median
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import FormEntry, FormRevision, Query
from enrollment.models.forms import EntryState
from enrollment.places import form_label
from enrollment.query_life import QueryState, days_open
from reports.catalog.sheet import Cell, Section, Sheet, Table, heads
from reports.monitoring import desk_of
from studysite.core.access import scoped
from studysite.core.models import User
from studysite.core.roles import Action

KEY = "data_quality"
ACTION = Action.SEE_MONITORING


def sheet_of(user: User) -> Sheet:
    """The forms and the queries of the person's sites, now."""
    desk = desk_of(user)
    return Sheet(
        title=title(),
        facts=[
            (_("Missing forms"), str(len(desk.missing))),
            (_("Queries that are not closed"), str(sum(s.queries_open for s in desk.sites))),
            (_("Verified, %"), str(min((s.percent for s in desk.sites), default=100))),
        ],
        sections=[
            Section(_("Forms"), tables=[_forms(user, Counter(row.form for row in desk.missing))]),
            Section(_("Queries"), tables=[_queries(user)]),
        ],
    )


def title() -> str:
    """What the report is called."""
    return _("Data-quality report")


def _mine(rows: Any, user: User, path: str = "participant__site") -> Any:
    return scoped(rows, user, ACTION, path)


def _forms(user: User, missing: Counter[str]) -> Table:
    entries = _mine(FormEntry.objects.order_by(), user).values("form", "state")
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for row in entries.annotate(count=Count("pk")):
        states[row["form"]][row["state"]] += row["count"]
    remarks: Counter[str] = Counter()
    unlikely = _mine(FormEntry.objects.exclude(remarks=[]), user)
    for form, noted in unlikely.values_list("form", "remarks"):
        remarks[form] += len(noted)
    corrected = Counter(
        dict(
            _mine(
                FormRevision.objects.exclude(reason="").order_by(), user, "entry__participant__site"
            )
            .values("entry__form")
            .annotate(count=Count("pk"))
            .values_list("entry__form", "count")
        )
    )
    asked = _asked(user)
    rows = []
    for form in sorted({*states, *missing}, key=form_label):
        submitted = states[form][EntryState.SUBMITTED]
        rows.append(
            [
                Cell(form_label(form)),
                Cell(str(submitted)),
                Cell(str(states[form][EntryState.DRAFT])),
                Cell(str(missing[form]), reverse("monitoring:desk") if missing[form] else ""),
                Cell(str(corrected[form])),
                Cell(str(remarks[form])),
                Cell(str(asked[form])),
                Cell(f"{100 * asked[form] / submitted:.0f}" if submitted else "—"),
            ]
        )
    columns = [
        _("Form"), _("Submitted"), _("Drafts"), _("Missing"), _("Corrected after submission"),
        _("Unlikely answers kept"), _("Queries"), _("Queries in 100 forms"),
    ]  # fmt: skip
    return Table(_("By form"), heads(columns), rows, _("No form is entered."))


def _asked(user: User) -> Counter[str]:
    rows = _mine(Query.objects.exclude(form="").order_by(), user).values("form")
    return Counter({row["form"]: row["count"] for row in rows.annotate(count=Count("pk"))})


def _queries(user: User) -> Table:
    now = timezone.now()
    open_days: dict[str, list[int]] = defaultdict(list)
    closed_days: dict[str, list[int]] = defaultdict(list)
    rows = _mine(Query.objects.order_by(), user)
    columns = ("participant__site__code", "state", "opened_at", "closed_at")
    for site, state, opened_at, closed_at in rows.values_list(*columns):
        days = days_open(opened_at, closed_at or now)
        (closed_days if state == QueryState.CLOSED else open_days)[site].append(days)
    lines = [
        [
            Cell(site),
            Cell(str(len(open_days[site]) + len(closed_days[site]))),
            Cell(str(len(closed_days[site]))),
            Cell(f"{median(closed_days[site]):g}" if closed_days[site] else "—"),
            Cell(str(len(open_days[site])), f"{reverse('queries:queries')}?state=not_closed"),
            Cell(str(max(open_days[site])) if open_days[site] else "—"),
        ]
        for site in sorted({*open_days, *closed_days})
    ]
    heads_of = [
        _("Site"), _("Queries"), _("Closed"), _("Days until closed, median"), _("Not closed"),
        _("Oldest, days"),
    ]  # fmt: skip
    return Table(_("By site"), heads(heads_of), lines, _("No query was opened."))
