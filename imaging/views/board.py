"""The scans that the protocol expects, and where each of them is."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import ExpectedScan, Participant, ScanState
from enrollment.places import of_scan
from enrollment.protocol.loader import current
from enrollment.query_marks import Marks, marks_at
from enrollment.services import way
from enrollment.services.closing import closing_of
from imaging.services import expected, quarantine, scans, scrubbing
from imaging.webforms import ScanNotDoneForm
from studysite.core.access import may
from studysite.core.gate import StudyRequest, page
from studysite.core.models import User
from studysite.core.paging import LongPaginator
from studysite.core.roles import Action

ROWS_A_PAGE = 50


@page(Action.SEE_SCANS)
def board(request: StudyRequest) -> HttpResponse:
    """Participants by expected series, with the state of each."""
    number, state = request.GET.get("number", "").strip(), request.GET.get("state", "")
    rows = scans.participants_with_scans(by=request.user, number=number, state=state)
    page_obj = LongPaginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "room": "imaging",
        "page_obj": page_obj,
        "rows": scans.board_rows(page_obj.object_list, timezone.localdate()),
        "plans": current().scans,
        "number": number,
        "state": state,
        "states": ScanState.choices,
        **storage_told(request.user),
        "waiting_count": quarantine.waiting_for(request.user).count(),
    }
    return render(request, "imaging/board.html", context)


def storage_told(by: User) -> dict[str, object]:
    """The last round through the stored files, and whose scans it found wrong."""
    check = scrubbing.last_check()
    wrong = scrubbing.wrong_for(by, check) if check and check.faults else []
    return {"check": check, "wrong": wrong}


@dataclass(frozen=True)
class Expected:
    """One scan that is expected, the queries about it, and whether it may be given up."""

    scan: ExpectedScan
    marks: Marks
    may_give_up: bool


def _expected(by: User, participant: Participant) -> list[Expected]:
    rows = scans.expected_of(participant)
    places = [of_scan(scan.visit.key, scan.sequence) for scan in rows]
    marks, closing = marks_at(by, participant, places), closing_of(participant)
    return [
        Expected(
            scan,
            marks[place],
            scan.state in scans.NOT_COME and closing.over(scan.visit.key) is None,
        )
        for scan, place in zip(rows, places, strict=True)
    ]


@page(Action.SEE_SCANS)
def participant_scans(request: StudyRequest, number: str) -> HttpResponse:
    """One participant's scans: a part of the participant's page, or a page of its own."""
    participant = way.find(by=request.user, number=number, action=Action.SEE_SCANS)
    brings = may(request.user, Action.UPLOAD_SCAN, participant.site)
    closed_sentence = way.why_closed(participant)
    lines = _expected(request.user, participant)
    context = {
        "room": "imaging",
        "participant": participant,
        "series_rows": scans.series_of(participant),
        "expected": lines,
        "asks": any(line.marks.queries or line.marks.ask_url for line in lines),
        "arrivals": scans.arrivals_under_way(participant),
        "today": timezone.localdate(),
        "may_give_up": brings and not closed_sentence,
        "closed_sentence": closed_sentence if brings else "",
    }
    whole = "imaging/participant_scans.html"
    return render(request, "imaging/_participant_scans.html" if request.htmx else whole, context)


@page(Action.UPLOAD_SCAN)
def not_done(request: StudyRequest, pk: int) -> HttpResponse:
    """Say that an expected scan will not come."""
    scan = expected.find_expected(by=request.user, pk=pk)
    form = ScanNotDoneForm(request.POST or None)
    if form.is_valid():
        with form.refusing():
            expected.record_not_done(by=request.user, scan=scan, **form.cleaned_data)
            messages.success(request, _("Recorded. The participant goes on without this scan."))
            return redirect("imaging:participant_scans", scan.visit.participant.number)
    context = {"room": "imaging", "form": form, "scan": scan}
    return render(request, "imaging/scan_not_done.html", context, status=form.status)
