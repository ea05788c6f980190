"""The deviation list: what departed from the protocol, from the log, the scans and the calendar."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.answers import show
from enrollment.crfs.registry import form_of
from enrollment.models import FormEntry, Visit
from enrollment.models.forms import LOG, EntryState
from enrollment.places import sequence_label, visit_label
from enrollment.usable import IMAGES
from imaging.models import Series
from reports.catalog.sheet import Cell, Section, Sheet, Table, heads
from reports.catalog.sheet_notices import foot, left_out, may_stay, notices_of
from studysite.core.access import scoped
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import say

KEY = "deviation_list"
ACTION = Action.SEE_MONITORING
PERSON = "participant__withdrawal"
ITEMS = ("source", "category", "grade", "effect", "found_on", "settled_on", "description")


def sheet_of(user: User, at: datetime) -> Sheet:
    """Every departure on record, by participant."""
    logged, scans, visits = _logged(user), _scans(user), _visits(user)
    return Sheet(
        title=title(),
        notices=notices_of(user, ACTION),
        foot=foot(),
        facts=[
            (_("Recorded deviations"), str(len(logged.rows))),
            (_("Scan deviations"), str(len(scans.rows))),
            (_("Visits left out"), str(len(visits.rows))),
        ],
        sections=[
            Section(_("Recorded deviations"), tables=[logged]),
            Section(_("Departures of scans from the imaging protocol"), tables=[scans]),
            Section(_("Visits that did not take place, or not in their window"), tables=[visits]),
        ],
    )


def title() -> str:
    """What the report is called."""
    return _("Deviation list")


def _logged(user: User) -> Table:
    rows = []
    entries = FormEntry.objects.filter(form="deviation", visit=LOG, state=EntryState.SUBMITTED)
    mine = scoped(entries, user, ACTION, "participant__site").select_related(PERSON)
    for entry in mine.order_by("participant__number", "repeat"):
        items = {item.name: item for item in form_of("deviation", entry.form_version).items}
        said = [show(items[name], entry.answers.get(name)) for name in ITEMS if name in items]
        number = entry.participant.number
        url = reverse("enrollment:log_form", args=[number, "deviation", entry.repeat])
        known = may_stay(entry.participant)
        rows.append([Cell(number, url), *(Cell.of(each) if known else left_out() for each in said)])
    columns = [
        _("Participant"), _("Found by"), _("Category"), _("Grade"), _("What it stops"),
        _("Found on"), _("Settled on"), _("What departs from the protocol"),
    ]  # fmt: skip
    return Table(_("From the log"), heads(columns, numbers_from=99), rows,
                 _("No deviation is recorded."))  # fmt: skip


def _scans(user: User) -> Table:
    rows = []
    series = scoped(Series.objects.exclude(deviations=[]), user, ACTION, "participant__site")
    for one in series.select_related(PERSON).order_by("participant__number", "pk"):
        url = reverse("enrollment:participant", args=[one.participant.number])
        for each in one.deviations:
            rows.append(
                [
                    Cell(one.participant.number, url),
                    Cell(sequence_label(one.sequence)),
                    Cell(f"{timezone.localdate(one.at):%Y-%m-%d}"),
                    Cell(say(str(each["sentence"])))
                    if may_stay(one.participant, IMAGES)
                    else left_out(),
                ]
            )
    columns = [_("Participant"), _("Scan"), _("Received on"), _("Departure")]
    return Table(_("From the scans"), heads(columns, numbers_from=99), rows,
                 _("No scan departs from the imaging protocol."))  # fmt: skip


def _visits(user: User) -> Table:
    rows = []
    visits = scoped(Visit.objects.exclude(not_done_reason=""), user, ACTION, "participant__site")
    for visit in visits.select_related(PERSON).order_by("participant__number", "due_on"):
        url = reverse("enrollment:participant", args=[visit.participant.number])
        rows.append(
            [
                Cell(visit.participant.number, url),
                Cell(visit_label(visit.key)),
                Cell(f"{visit.due_on:%Y-%m-%d}"),
                Cell(visit.not_done_reason) if may_stay(visit.participant) else left_out(),
            ]
        )
    columns = [_("Participant"), _("Visit"), _("Due on"), _("Reason")]
    return Table(_("From the calendar"), heads(columns, numbers_from=99), rows,
                 _("No visit was left out."))  # fmt: skip
