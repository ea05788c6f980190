"""Image quality control: a person accepts a series or asks for a repeat."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.crfs.checking import check, without_blanks
from enrollment.definitions import in_use
from enrollment.journey import State, has_reached
from enrollment.models import ExpectedScan, Participant, ScanState
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.forms import FormInvalid
from enrollment.services.visits import mark_scan, settle_scans
from imaging.models import QualityCheck, Series, SeriesState
from imaging.services.measurement import take_on
from studysite.core.access import require, scoped
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said, word

NOT_USABLE = 1  # the lowest score, as the form words it


def find_series(*, by: User, pk: int, action: Action) -> Series:
    """A series at the person's sites; otherwise there is none."""
    rows = Series.objects.select_related("participant__site", "scan__visit")
    series = scoped(rows, by, action, "participant__site").filter(pk=pk).first()
    if series is None:
        raise NotThere(_("There is no such series."))
    return series


@service(Action.CHECK_QUALITY)
def check_quality(
    *, by: User, series: Series, verdict: str, score: int, remarks: str, reason: str = ""
) -> QualityCheck:
    """Accept a series, or ask for a repeat and say why. Either is a person's verdict, which a
    person revises with a reason until readers have the case."""
    require(by, Action.CHECK_QUALITY, series.participant.site)
    participant = way.hold(series.participant, visit=series.scan.visit.key)
    row = Series.objects.select_for_update().get(pk=series.pk)
    _refuse_unless_open(row, participant, reason)
    answers = without_blanks({"verdict": verdict, "score": score, "remarks": remarks.strip()})
    if problems := check(in_use("image_quality"), answers, complete=True):
        raise FormInvalid(problems)
    if verdict == SeriesState.ACCEPTED and score == NOT_USABLE:
        raise Invalid(_("A series that is not usable is not accepted."), field="score")
    given = QualityCheck.objects.create(
        series=row,
        verdict=verdict,
        score=score,
        remarks=remarks.strip(),
        reason=reason.strip(),
        by=by,
    )
    row.state = verdict
    row.save(update_fields=["state"])
    mark_scan(row.scan, _scan_state(row.scan), revised=bool(reason.strip()))
    settle_scans(participant)
    take_on(participant)
    judged = said(
        "%(scan)s: %(verdict)s, score %(score)s",
        scan=current().scan_in_both(row.sequence),
        verdict=word(given.get_verdict_display()),
        score=score,
    )
    about(participant.number, judged)
    return given


def may_revise(row: Series) -> bool:
    """Whether a verdict that was given can still be revised: once the nerves are measured readers
    have the case, in pictures of this series."""
    return row.state != SeriesState.RECEIVED and not has_reached(
        State(row.participant.state), State.MEASURED
    )


def _refuse_unless_open(row: Series, participant: Participant, reason: str) -> None:
    if row.state == SeriesState.RECEIVED:
        if reason.strip():
            raise OutOfOrder(_("Nobody has judged this series yet: there is nothing to revise."))
        return
    if not reason.strip():
        sentence = _("This series is already judged: %(verdict)s.")
        raise OutOfOrder(sentence % {"verdict": row.get_state_display().lower()})
    if has_reached(State(participant.state), State.MEASURED):
        raise OutOfOrder(_("Readers have this case already; its verdicts stand."))


def _scan_state(scan: ExpectedScan) -> ScanState:
    """What the series that came for a scan make of it: one good one is enough, and as long as one
    waits to be judged no repeat is asked for."""
    states = set(scan.series.values_list("state", flat=True))
    if SeriesState.ACCEPTED in states:
        return ScanState.ACCEPTED
    return ScanState.RECEIVED if SeriesState.RECEIVED in states else ScanState.REPEAT_ASKED
