"""What is mine to do now with scans, measurements and reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.journey import State
from enrollment.models import ExpectedScan, Participant, Visit
from enrollment.protocol.in_force import asked_once
from imaging.models import (
    Intake,
    IntakeState,
    Measurement,
    MeasurementState,
    QualityCheck,
    Series,
    SeriesState,
)
from imaging.outcome_words import kind_of
from imaging.services import quarantine, scans, training
from imaging.services.case_list import Case, CaseList
from imaging.services.results import SIDES
from imaging.templatetags.imaging_words import sequence_label, visit_label
from studysite.core.access import may, scoped
from studysite.core.models import JobState, User
from studysite.core.roles import Action
from studysite.core.said import say
from studysite.core.worklist import AT_MOST, WorkItem


@asked_once()
def items(user: User) -> list[WorkItem]:
    """A person's work at every site where they may do it; the overdue and the oldest first."""
    found = [item for action, find in _FINDERS if may(user, action) for item in find(user)]
    return sorted(found, key=lambda item: (not item.overdue, item.since, item.subject))


def _held(user: User) -> Iterator[WorkItem]:
    for held in quarantine.waiting_for(user, Action.SETTLE_HELD_SCAN)[:AT_MOST]:
        yield WorkItem(
            title=_("Settle a scan that waits"),
            detail=kind_of(held.code),
            url=reverse("imaging:held", args=[held.pk]),
            subject=held.intake.participant.number if held.intake.participant else "",
            since=held.at,
            action=Action.SETTLE_HELD_SCAN,
        )


def _missing(user: User) -> Iterator[WorkItem]:
    """Scans whose visit's window is open, or was. Settling held scans is a coordinator's, and so
    is looking after the scans that have not come."""
    today = timezone.localdate()
    rows = scans.visits_that_wait(by=user, action=Action.SETTLE_HELD_SCAN, today=today)
    for visit in rows[:AT_MOST]:
        for scan in visit.waiting:  # type: ignore[attr-defined]
            yield _missing_scan(visit, scan, today)


def _missing_scan(visit: Visit, scan: ExpectedScan, today: date) -> WorkItem:
    number = visit.participant.number
    words = {"scan": sequence_label(scan.sequence), "visit": visit_label(visit)}
    due = {"date": visit.due_on.isoformat()}
    again = scan.state == "repeat_asked"
    return WorkItem(
        title=_("Repeat a scan") if again else _("Bring in a scan"),
        detail=_("%(scan)s, %(visit)s, due %(date)s") % (words | due),
        url=f"{reverse('imaging:upload')}?participant={number}",
        subject=number,
        since=timezone.make_aware(datetime.combine(visit.opens_on, time.min)),
        action=Action.UPLOAD_SCAN,
        overdue=visit.closes_on < today,
    )


def _not_worked_on(user: User) -> Iterator[WorkItem]:
    """Arrivals whose job failed: their files lie on the spool, in clear, until it is done."""
    rows = Intake.objects.filter(state=IntakeState.WAITING, job__state=JobState.FAILED)
    rows = scoped(rows.select_related("participant", "job"), user, Action.UPLOAD_SCAN)
    for row in rows.order_by("at")[:AT_MOST]:
        yield WorkItem(
            title=_("Look at an arrival that failed"),
            detail=say(row.job.message) if row.job else "",
            url=reverse("imaging:arrival", args=[row.pk]),
            subject=row.participant.number if row.participant else "",
            since=row.at,
            action=Action.UPLOAD_SCAN,
        )


def _to_check(user: User) -> Iterator[WorkItem]:
    rows = Series.objects.filter(state=SeriesState.RECEIVED).select_related("participant")
    mine = scoped(rows, user, Action.CHECK_QUALITY, "participant__site")
    for series in mine.order_by("at", "pk")[:AT_MOST]:
        yield _of_series(series, _("Check the quality"), series.at, Action.CHECK_QUALITY)


def _to_measure(user: User) -> Iterator[WorkItem]:
    rows = Series.objects.filter(
        state=SeriesState.ACCEPTED, measurable=True, scan__required=True, measurements=None
    )
    rows = scoped(rows, user, Action.MEASURE, "participant__site").exclude(
        participant__state__in=scans.LEFT
    )
    newest = QualityCheck.objects.filter(series=OuterRef("pk")).order_by("-at").values("at")[:1]
    rows = rows.select_related("participant").annotate(judged_at=Subquery(newest))
    for series in rows.order_by("at", "pk")[:AT_MOST]:
        since = series.judged_at or series.at
        yield _of_series(series, _("Set the end points"), since, Action.MEASURE)


def _of_series(series: Series, title: str, since: datetime, action: Action) -> WorkItem:
    url = reverse("imaging:series", args=[series.pk])
    detail = sequence_label(series.sequence)
    return WorkItem(title, detail, url, series.participant.number, since, action)


def _refused(user: User) -> Iterator[WorkItem]:
    refused = Measurement.objects.filter(state=MeasurementState.REFUSED)
    title = _("Look at a refused measurement")
    return (_of_measurement(row, title) for row in _newest(refused, user)[:AT_MOST])


def _failed(user: User) -> Iterator[WorkItem]:
    failed = Measurement.objects.filter(state=MeasurementState.ASKED, job__state=JobState.FAILED)
    return (_of_measurement(row, _("Measure again")) for row in _newest(failed, user)[:AT_MOST])


def _half(user: User) -> Iterator[WorkItem]:
    """Measurements of one nerve alone: the participant still waits for the other's."""
    waiting = Participant.objects.filter(state=State.QUALITY_CHECKED).values("pk")
    measured = Measurement.objects.filter(
        state=MeasurementState.MEASURED, series__participant__in=waiting
    )
    rows = _newest(measured, user).iterator(AT_MOST)
    half = (row for row in rows if len(row.ends) < len(SIDES))
    title = _("Set the other nerve's end points")
    return (_of_measurement(row, title) for row in islice(half, AT_MOST))


def _newest(rows: QuerySet[Measurement], user: User) -> QuerySet[Measurement]:
    """Those that are the newest of their series and the person's to see to, the oldest first."""
    later = Measurement.objects.filter(series=OuterRef("series"), version__gt=OuterRef("version"))
    rows = rows.filter(~Exists(later)).exclude(series__participant__state__in=scans.LEFT)
    mine = scoped(rows, user, Action.MEASURE, "series__participant__site").order_by("at", "pk")
    return mine.select_related("series__participant").defer("result", "pictures")


def _of_measurement(row: Measurement, title: str) -> WorkItem:
    return WorkItem(
        title=title,
        detail=sequence_label(row.series.sequence),
        url=reverse("imaging:measurement", args=[row.pk]),
        subject=row.series.participant.number,
        since=row.finished_at or row.at,
        action=Action.MEASURE,
    )


def _to_read(user: User) -> Iterator[WorkItem]:
    """Open cases. When one came is a clue to whose it is, so none is older than another."""
    now = timezone.now()
    if not training.is_trained(user) and not user.training_reads.exists():
        yield WorkItem(
            title=_("Read the training cases"),
            detail=_("They come before the first case of the study."),
            url=reverse("imaging:cases"),
            subject="",
            since=now,
            action=Action.READ_CASE,
        )
    for case in CaseList(user)[:AT_MOST]:
        if case.locked_at:
            return
        yield WorkItem(
            title=_title(case),
            detail="",
            url=reverse("imaging:case", args=[case.reading_id]),
            subject=case.reading_id,
            since=now,
            action=Action.ADJUDICATE if case.third else Action.READ_CASE,
        )


def _title(case: Case) -> str:
    if case.training:
        return _("Read a training case")
    return _("Decide a case") if case.third else _("Read a case")


_Finder = Callable[[User], Iterator[WorkItem]]
_FINDERS: tuple[tuple[Action, _Finder], ...] = (
    (Action.SETTLE_HELD_SCAN, _held),
    (Action.UPLOAD_SCAN, _not_worked_on),
    (Action.SETTLE_HELD_SCAN, _missing),
    (Action.CHECK_QUALITY, _to_check),
    (Action.MEASURE, _to_measure),
    (Action.MEASURE, _refused),
    (Action.MEASURE, _failed),
    (Action.MEASURE, _half),
    (Action.READ_CASE, _to_read),
)
