"""The monitoring report: a monitor's desk at one moment, to look at and to file after a visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Participant
from enrollment.protocol.loader import current
from enrollment.query_life import BUCKETS
from reports.catalog.sheet import Cell, Section, Sheet, Table, heads
from reports.catalog.sheet_notices import foot, notices_of
from reports.catalog.sheet_records import Record, counted, of_forms, of_person
from reports.monitoring import (
    LEFT,
    SIGNED,
    Desk,
    SiteDesk,
    desk_of,
    protocol_deviations,
)
from studysite.core.access import scoped
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import say

KEY = "monitoring_report"
ACTION = Action.SEE_MONITORING
GROUPS = {
    "screened": Q(),
    "enrolled": Q(enrolment__isnull=False),
    "left": Q(state__in=LEFT),
    "signed": Q(state__in=SIGNED),
}


def sheet_of(user: User, at: datetime) -> Sheet:
    """The desk as it is at the moment."""
    desk = desk_of(user, at)
    return Sheet(
        title=title(),
        notices=notices_of(user, ACTION),
        foot=foot(),
        facts=[
            (_("Sites"), str(len(desk.sites))),
            (_("Missing forms"), str(len(desk.missing))),
            (_("Protocol deviations"), str(sum(row.protocol_deviations for row in desk.sites))),
            (_("Scan deviations"), str(len(desk.deviations))),
            (_("Requests to unlock"), str(desk.unlock_requests)),
        ],
        sections=[
            Section(_("Sites"), tables=[_sites(desk)]),
            Section(_("Queries that are not closed"), tables=[_queries(desk)]),
            Section(_("Source data verification"), [_plan()], [_verification(desk)]),
            Section(_("Missing forms"), tables=[_missing(desk)]),
            Section(_("Protocol deviations"), tables=[_protocol_deviations(desk)]),
            Section(_("Scan deviations"), tables=[_deviations(desk)]),
            Section(_("Frozen or locked now"), tables=[_closures(desk)]),
            Section(_("Reviews of the audit trail"), tables=[_reviews(desk)]),
        ],
    )


def title() -> str:
    """What the report is called."""
    return _("Monitoring report")


def records(user: User, at: datetime, cell: str) -> list[Record] | None:
    """Whom or what a number of a site counts; None where there is no such number."""
    what, _colon, site = cell.partition(":")
    desk = desk_of(user, at)
    if site not in {row.site.code for row in desk.sites}:
        return None
    if what in GROUPS:
        people = scoped(Participant.objects.filter(site__code=site), user, ACTION)
        rows = people.filter(GROUPS[what]).order_by("number")
        return [of_person(row.number, row.get_state_display()) for row in rows]
    if what == "missing":
        found = [row for row in desk.missing if row.site == site]
        return of_forms([(row.participant, row.visit, row.form, 1) for row in found])
    if what == "protocol_deviations":
        entries = protocol_deviations(user).filter(participant__site__code=site).order_by("pk")
        columns = ("participant__number", "visit", "form", "repeat")
        return of_forms(list(entries.values_list(*columns)))
    if what == "deviations":
        departures = [row for row in desk.deviations if row.site == site]
        return [of_person(row.participant, f"{row.label}: {say(row.sentence)}")
                for row in departures]  # fmt: skip
    return None


def _sites(desk: Desk) -> Table:
    columns = [
        _("Site"), _("Screened"), _("Enrolled"), _("Out of the study"), _("Signed"),
        _("Missing forms"), _("Protocol deviations"), _("Scan deviations"),
        _("Verified, %"), _("Changed since"),
    ]  # fmt: skip
    return Table("", heads(columns), [_site(row) for row in desk.sites], _("There is no site."))


def _site(row: SiteDesk) -> list[Cell]:
    counts = {
        "screened": row.screened, "enrolled": row.enrolled, "left": row.left,
        "signed": row.signed, "missing": row.missing,
        "protocol_deviations": row.protocol_deviations, "deviations": row.deviations,
    }  # fmt: skip
    verification = reverse("verification:overview")
    return [
        Cell(f"{row.site.code} {row.site.name}"),
        *(counted(count, KEY, f"{what}:{row.site.code}") for what, count in counts.items()),
        Cell(row.percent_label, verification if row.due else ""),
        Cell(str(row.undone), verification if row.undone else ""),
    ]


def _queries(desk: Desk) -> Table:
    columns = [
        _("Site"), *(str(bucket.label) for bucket in BUCKETS), _("All"),
        _("Waiting for an answer"), _("Answered"), _("Oldest, days"),
    ]  # fmt: skip
    return Table("", heads(columns), [list(_site_queries(row)) for row in desk.sites],
                 _("There is no site."))  # fmt: skip


def _site_queries(row: SiteDesk) -> Iterator[Cell]:
    url = f"{reverse('queries:queries')}?site={row.site.code}&state="

    def cell(count: int, asked: str) -> Cell:
        return Cell(str(count), url + asked if count else "")

    yield Cell(row.site.code)
    for bucket, count in zip(BUCKETS, row.age_counts, strict=True):
        yield cell(count, f"not_closed&age={bucket.key}")
    yield cell(row.queries_open, "not_closed")
    yield cell(row.queries_waiting, "not_closed")
    yield cell(row.queries_answered, "answered")
    yield Cell.of(row.oldest_days)


def _plan() -> str:
    plan = current().verification
    if plan.kind == "all":
        return _("Plan: every answer of everybody.")
    if plan.kind == "share":
        return _(
            "Plan: every answer of %(percent)s %% of the participants, chosen by the seed "
            "“%(seed)s”, and the critical items of everybody."
        ) % {"percent": plan.percent, "seed": plan.seed}
    return _("Plan: the critical items of everybody.")


def _verification(desk: Desk) -> Table:
    url = reverse("verification:overview")
    rows = [
        [Cell(f"{row.form_label}"), Cell(row.site), Cell(str(row.due), url),
         Cell(str(row.verified), url), Cell(str(row.undone), url), Cell(row.percent_label)]
        for row in desk.verification
    ]  # fmt: skip
    columns = [_("Form"), _("Site"), _("To be verified"), _("Verified"), _("Changed since"), "%"]
    return Table("", heads(columns, numbers_from=2), rows, _("Nothing to verify yet"))


def _missing(desk: Desk) -> Table:
    rows = [
        [
            Cell(row.participant, reverse("enrollment:participant", args=[row.participant])),
            Cell(row.visit_label),
            Cell(row.form_label,
                 reverse("enrollment:form", args=[row.participant, row.visit, row.form])),
            Cell(f"{row.closed_on}"),
            Cell(str(row.days)),
        ]
        for row in desk.missing_shown
    ]  # fmt: skip
    note = ""
    if len(desk.missing) > len(rows):
        note = _("The longest missing %(shown)s of %(all)s.") % {
            "shown": len(rows), "all": len(desk.missing),
        }  # fmt: skip
    columns = [_("Participant"), _("Visit"), _("Form"), _("Window closed"), _("Days")]
    return Table("", heads(columns, numbers_from=4), rows, _("No form is missing"), note)


def _protocol_deviations(desk: Desk) -> Table:
    rows = [
        [Cell(line.entry.participant.number, line.url), Cell.of(line.entry.repeat),
         *map(Cell.of, line.cells), Cell(line.entry.get_state_display())]
        for line in desk.protocol_deviations
    ]  # fmt: skip
    columns = [
        _("Participant"), _("Record"), _("What happened"), _("Grade"), _("Found by"),
        _("What it stops"), _("State"),
    ]  # fmt: skip
    return Table("", heads(columns, numbers_from=99), rows, _("No deviation is on record"))


def _reviews(desk: Desk) -> Table:
    rows = [
        [Cell(f"{timezone.localtime(act.at):%Y-%m-%d %H:%M}"), Cell(str(act.by)),
         Cell(say(act.detail))]
        for act in desk.audit_reviews
    ]  # fmt: skip
    columns = [_("Time"), _("By"), _("What was looked at")]
    empty = _("Nobody has reviewed the audit trail yet")
    return Table("", heads(columns, numbers_from=99), rows, empty)


def _deviations(desk: Desk) -> Table:
    rows = [
        [Cell(row.participant, reverse("enrollment:participant", args=[row.participant])),
         Cell(row.label), Cell(say(row.sentence))]
        for row in desk.deviations_shown
    ]  # fmt: skip
    note = ""
    if len(desk.deviations) > len(rows):
        note = _("The newest %(shown)s of %(all)s.") % {
            "shown": len(rows), "all": len(desk.deviations),
        }  # fmt: skip
    columns = [_("Participant"), _("Scan"), _("Departure")]
    return Table("", heads(columns, numbers_from=99), rows,
                 _("No scan departs from the imaging protocol"), note)  # fmt: skip


def _closures(desk: Desk) -> Table:
    rows = []
    for row in desk.closures:
        number = row.participant.number if row.participant else ""
        url = reverse("enrollment:participant", args=[number]) if number else ""
        since = f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}"
        rows.append(
            [Cell(number or _("All"), url), Cell(row.place_label), Cell(row.get_level_display()),
             Cell(since), Cell(str(row.by)), Cell(row.reason)]
        )  # fmt: skip
    columns = [_("Participant"), _("What"), _("State"), _("Since"), _("By"), _("Reason")]
    return Table("", heads(columns, numbers_from=99), rows, _("Nothing is frozen or locked"))
