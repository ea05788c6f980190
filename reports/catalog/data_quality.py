"""The data-quality report: how complete the forms are, how often they were corrected or asked
about, how long queries take. The number of database queries is the same for any study."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.models import FormEntry, FormRevision, Query
from enrollment.models.forms import EntryState
from enrollment.places import form_label
from enrollment.query_life import QueryState, days_open
from enrollment.verification import percent_of
from reports.catalog.sheet import Cell, Section, Sheet, Table, heads
from reports.catalog.sheet_notices import foot, notices_of
from reports.catalog.sheet_records import Record, counted, of_forms
from reports.monitoring import Desk, desk_of
from studysite.core.access import scoped
from studysite.core.models import User
from studysite.core.roles import Action

KEY = "data_quality"
ACTION = Action.SEE_MONITORING
PLACE = ("participant__number", "visit", "form", "repeat")
CORRECTIONS = FormRevision.objects.exclude(reason="")


def sheet_of(user: User, at: datetime) -> Sheet:
    """The forms and the queries of the person's sites, now."""
    desk = desk_of(user, at)
    return Sheet(
        title=title(),
        notices=notices_of(user, ACTION),
        foot=foot(),
        facts=[
            (_("Missing forms"), str(len(desk.missing))),
            (_("Queries that are not closed"), str(sum(s.queries_open for s in desk.sites))),
            (_("Verified, %"), verified(desk)),
        ],
        sections=[
            Section(_("Forms"), tables=[_forms(user, Counter(row.form for row in desk.missing))]),
            Section(_("Queries"), tables=[_queries(user, at)]),
        ],
    )


def title() -> str:
    """What the report is called."""
    return _("Data-quality report")


def records(user: User, at: datetime, cell: str) -> list[Record] | None:
    """The forms that a number counts; None where there is no such number."""
    what, _colon, form = cell.partition(":")
    if what == "missing":
        found = [row for row in desk_of(user, at).missing if row.form == form]
        return of_forms([(row.participant, row.visit, row.form, 1) for row in found])
    if what == "corrected":
        revisions = _mine(CORRECTIONS.filter(entry__form=form), user, "entry__participant__site")
        rows = revisions.order_by("entry__participant__number", "entry__visit", "number")
        return of_forms(list(rows.values_list(*(f"entry__{column}" for column in PLACE))))
    entries = _mine(FormEntry.objects.filter(form=form), user).order_by(*PLACE)
    if what == "remarks":
        found = entries.exclude(remarks=[]).values_list(*PLACE, "remarks")
        return of_forms([place for *place, noted in found for _each in noted])
    if what not in EntryState.values:
        return None
    return of_forms(list(entries.filter(state=what).values_list(*PLACE)))


def verified(desk: Desk) -> str:
    """Over all sites; in words where nothing is to be verified."""
    return percent_of(sum(site.verified for site in desk.sites), sum(s.due for s in desk.sites))


def _queries_cell(count: int, asked: str) -> Cell:
    return Cell(str(count), f"{reverse('queries:queries')}?{asked}" if count else "")


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
            _mine(CORRECTIONS.order_by(), user, "entry__participant__site")
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
                counted(submitted, KEY, f"submitted:{form}"),
                counted(states[form][EntryState.DRAFT], KEY, f"draft:{form}"),
                counted(missing[form], KEY, f"missing:{form}"),
                counted(corrected[form], KEY, f"corrected:{form}"),
                counted(remarks[form], KEY, f"remarks:{form}"),
                _queries_cell(asked[form], f"form={form}"),
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


def _queries(user: User, now: datetime) -> Table:
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
            _queries_cell(len(open_days[site]) + len(closed_days[site]), f"site={site}"),
            _queries_cell(len(closed_days[site]), f"site={site}&state=closed"),
            Cell(f"{median(closed_days[site]):g}" if closed_days[site] else "—"),
            _queries_cell(len(open_days[site]), f"site={site}&state=not_closed"),
            Cell(str(max(open_days[site])) if open_days[site] else "—"),
        ]
        for site in sorted({*open_days, *closed_days})
    ]
    heads_of = [
        _("Site"), _("Queries"), _("Closed"), _("Days until closed, median"), _("Not closed"),
        _("Oldest, days"),
    ]  # fmt: skip
    return Table(_("By site"), heads(heads_of), lines, _("No query was opened."))
