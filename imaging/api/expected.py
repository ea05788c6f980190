"""Expected scans that will not come."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api.visits import ExpectedScanOut
from imaging.services.expected import find_expected, record_not_done
from studysite.core.api_view import ReasonIn, StudyView, operation
from studysite.core.roles import Action


class ScanNotDoneView(StudyView):
    """An expected scan that will not come."""

    actions_needed = {"post": Action.UPLOAD_SCAN}

    @operation("record_scan_not_done", takes=ReasonIn, gives=ExpectedScanOut)
    def post(self, request: Request, pk: int) -> Response:
        """Say that a scan will not come, and why; the participant goes on without it."""
        given = self.taken(ReasonIn)
        scan = record_not_done(by=self.by, scan=find_expected(by=self.by, pk=pk), **given)
        return Response(ExpectedScanOut(scan).data)
