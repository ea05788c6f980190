"""Expected scans that people settle: one that will not come."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.models import ExpectedScan, ScanState
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.visits import mark_scan, settle_scans
from imaging.services.measurement import take_on
from studysite.core.access import require, scoped
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


def find_expected(*, by: User, pk: int) -> ExpectedScan:
    """An expected scan at a site where the person brings scans; otherwise there is none."""
    rows = ExpectedScan.objects.select_related("visit__participant__site")
    found = scoped(rows, by, Action.UPLOAD_SCAN, "visit__participant__site").filter(pk=pk).first()
    if found is None:
        raise NotThere(_("There is no such expected scan."))
    return found


@service(Action.UPLOAD_SCAN)
def record_not_done(*, by: User, scan: ExpectedScan, reason: str) -> ExpectedScan:
    """Say that an expected scan will not come, and why; the participant goes on without it."""
    participant = way.hold(scan.visit.participant, visit=scan.visit.key)
    require(by, Action.UPLOAD_SCAN, participant.site)
    row = ExpectedScan.objects.select_for_update().get(pk=scan.pk)
    if row.state not in {ScanState.EXPECTED, ScanState.REPEAT_ASKED}:
        raise OutOfOrder(_("This scan has come, so it cannot be recorded as not done."))
    if not reason.strip():
        raise Invalid(_("Say why the scan was not done."), field="reason")
    mark_scan(row, ScanState.NOT_DONE)
    settle_scans(participant)
    take_on(participant)
    about(
        participant.number,
        said("Scan not done: %(scan)s", scan=current().scan_in_both(row.sequence)),
    )
    return row
