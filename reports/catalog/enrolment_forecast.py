"""The enrolment forecast: people enrolled against the plan, and when the study will be full."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from enrollment.models import Enrolment, Participant
from enrollment.protocol.loader import current
from reports.catalog.plots import steps
from reports.catalog.sheet import Cell, Figure, Section, Sheet, Table, heads
from reports.catalog.sheet_notices import foot, notices_of
from reports.catalog.sheet_records import Record, counted, of_person
from reports.statistics.enrolment import Pace, days_to_go
from reports.statistics.estimate import Estimate
from studysite.core.access import scoped, sites_for
from studysite.core.models import Site, User
from studysite.core.roles import Action

KEY = "enrolment_forecast"
ACTION = Action.SEE_PARTICIPANTS
# A forecast further away than this is none.
FURTHEST_DAYS = 365 * 20


def sheet_of(user: User, at: datetime) -> Sheet:
    """Enrolment at the person's sites until the day of that moment."""
    today = timezone.localdate(at)
    people = scoped(Participant.objects.all(), user, ACTION)
    days = sorted(Enrolment.objects.filter(participant__in=people).values_list("on", flat=True))
    began = people.order_by("screened_on").values_list("screened_on", flat=True).first()
    target = sum(arm.target for arm in current().arms)
    pace = Pace(len(days), float((today - began).days + 1) if began else 0.0, target - len(days))
    # The plan is the whole study's: the pace of some of its sites tells nothing of when it is full.
    elsewhere = Site.objects.exclude(pk__in=sites_for(user, ACTION)).exists()
    found = None if elsewhere else days_to_go(pace)
    facts = [
        (_("Enrolled"), str(len(days))),
        (_("Planned"), str(target)),
        (_("First screening"), f"{began}" if began else "—"),
        (_("Enrolled a month"), f"{30.44 * pace.enrolled / pace.days:.1f}" if days else "—"),
    ]
    return Sheet(
        title=title(),
        notices=notices_of(user, ACTION),
        foot=foot(),
        facts=facts,
        sections=[
            Section(
                _("Forecast"),
                [_sentence(found, pace, today)],
                figures=[_figure(days, target, began, today, found)] if began else [],
                notes=[
                    _(
                        "Everybody is taken to come at the pace so far, from the first screening "
                        "to today; the interval (80 %) allows for chance, not for a change of pace."
                    )
                ]
                if found
                else [],
            ),
            Section(_("By month"), tables=[_months(people, days)]),
        ],
    )


def title() -> str:
    """What the report is called."""
    return _("Enrolment forecast")


def records(user: User, _at: datetime, cell: str) -> list[Record] | None:
    """Who was screened or enrolled in a month, or enrolled until its end; None for any other."""
    what, _colon, month = cell.partition(":")
    people = scoped(Participant.objects.all(), user, ACTION).order_by("number")
    dates = {"screened": "screened_on", "enrolled": "enrolment__on", "until": "enrolment__on"}
    if what not in dates:
        return None
    rows = people.exclude(**{f"{dates[what]}__isnull": True}).values_list("number", dates[what])
    return [
        of_person(number, f"{on}")
        for number, on in rows
        if f"{on:%Y-%m}" == month or (what == "until" and f"{on:%Y-%m}" < month)
    ]


def _sentence(found: Estimate | None, pace: Pace, today: date) -> str:
    if pace.wanted <= 0:
        return _("Everybody who was planned is enrolled.")
    if found is None:
        return _(
            "Only people at your sites are counted here, and the plan is that of the whole study: "
            "when it will be full cannot be told from them."
        )
    if found.value is None or found.low is None or found.high is None:
        return _("Nobody is enrolled yet: there is no pace to forecast from.")
    if found.value > FURTHEST_DAYS:
        return _("At the pace so far the study is not full within twenty years.")
    days = [today + timedelta(days=round(min(each, FURTHEST_DAYS)))
            for each in (found.value, found.low, found.high)]  # fmt: skip
    return _(
        "%(wanted)d more are wanted: at the pace so far they are there on %(day)s, "
        "likely between %(low)s and %(high)s."
    ) % {"wanted": pace.wanted, "day": days[0], "low": days[1], "high": days[2]}


def _months(people: object, days: list[date]) -> Table:
    screened: Counter[str] = Counter()
    for on in people.values_list("screened_on", flat=True):  # type: ignore[attr-defined]
        screened[f"{on:%Y-%m}"] += 1
    enrolled = Counter(f"{on:%Y-%m}" for on in days)
    rows, total = [], 0
    for month in sorted({*screened, *enrolled}):
        total += enrolled[month]
        rows.append(
            [Cell(month), counted(screened[month], KEY, f"screened:{month}"),
             counted(enrolled[month], KEY, f"enrolled:{month}"),
             counted(total, KEY, f"until:{month}")]
        )  # fmt: skip
    columns = [_("Month"), _("Screened"), _("Enrolled"), _("Enrolled in all")]
    return Table(_("Screened and enrolled by month"), heads(columns), rows,
                 _("Nobody was screened yet."))  # fmt: skip


def _figure(
    days: list[date], target: int, began: date, today: date, found: Estimate | None
) -> Figure:
    label = _("Enrolment against the plan")
    ahead = [found.value, found.low, found.high] if found else [None]
    cone = None
    if target > len(days) and all(each is not None and each < FURTHEST_DAYS for each in ahead):
        cone = tuple(float(each or 0) for each in ahead)
    words = steps.Words(_("Date"), _("Participants"), _("Planned"), _("Forecast"))
    drawn = steps.draw(days, target, (began, today), cone, label, words)  # type: ignore[arg-type]
    caption = (
        _("The step line is everybody enrolled; the grey wedge is the forecast.")
        if cone
        else _("The step line is everybody enrolled.")
    )
    return Figure("enrolment", mark_safe(drawn), drawn.encode(), label, caption)
