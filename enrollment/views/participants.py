"""The list of participants and the page of one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enrollment import listing
from enrollment.journey import ENDED, State, has_reached
from enrollment.loglines import line_of
from enrollment.models import Participant
from enrollment.models.forms import LOG
from enrollment.overview import screening_data, steps_of, visits_of, way_out_of
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.closing import Closing, closing_of
from enrollment.services.consent import missing_consent
from enrollment.services.eligibility import criteria_of, decision_on
from enrollment.services.places import places_left
from enrollment.services.stopping import sentence_for, stops_of
from enrollment.webforms import FilterForm
from studysite.core.access import actions_of, may
from studysite.core.act_words import word_for
from studysite.core.gate import StudyRequest, page
from studysite.core.models import Act, Outcome
from studysite.core.paging import LongPaginator
from studysite.core.roles import Action
from studysite.core.said import say

PAGE_SIZE = 50
HISTORY_LENGTH = 200


@dataclass(frozen=True)
class Fragment:
    """A part of the participant's page that another app writes, loaded on its own: a whole panel,
    or what is inside one."""

    title: str
    url: str
    is_panel: bool


@require_safe
@page(Action.SEE_PARTICIPANTS)
def participants(request: StudyRequest) -> HttpResponse:
    """Everyone at the person's sites."""
    filters = FilterForm(request.GET, user=request.user)
    chosen = filters.cleaned_data if filters.is_valid() else {}
    order = request.GET.get("order", "number")
    rows = listing.participants(request.user, order=order, **chosen)
    here = LongPaginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    sees_arm = may(request.user, Action.SEE_ARM)
    context = {
        "filters": filters,
        "narrowed": any(chosen.values()),
        "page_obj": here,
        "lines": listing.lines(list(here), request.user),
        "columns": _columns(order),
        "sees_arm": sees_arm,
        "places": _places() if sees_arm else [],
    }
    return render(request, "enrollment/participants.html", context)


def _columns(order: str) -> list[dict[str, str]]:
    """The columns that the list can be sorted by, and what a click on each asks for."""
    labels = {
        "number": _("Number"),
        "state": _("State"),
        "side": _("Affected side"),
        "born": _("Born"),
        "screened": _("Screened"),
    }
    direction = "descending" if order.startswith("-") else "ascending"
    return [
        {
            "key": key,
            "label": label,
            "sort": direction if order.removeprefix("-") == key else "",
            "order": f"-{key}" if order == key else key,
        }
        for key, label in labels.items()
    ]


def _places() -> list[tuple[str, str]]:
    left = places_left()
    return [(arm.label, f"{arm.target - left[arm.key]} / {arm.target}") for arm in current().arms]


@require_safe
@page(Action.SEE_PARTICIPANTS)
def participant(request: StudyRequest, number: str) -> HttpResponse:
    """One participant: the way, the data, the visits, who did what."""
    row = way.find(by=request.user, number=number, action=Action.SEE_PARTICIPANTS)
    prefetch_related_objects(
        [row], "steps__by", "consents__obtained_by", "entries", "visits__scans", "judgements__by"
    )
    allowed = {action.value for action in actions_of(request.user, row.site)}
    closing = closing_of(row)
    context = {
        "participant": row,
        "allowed": allowed,
        "steps": steps_of(row),
        "way_out": way_out_of(row),
        "ended": row.state in ENDED,
        "closed_sentence": closing.sentence,
        "screening": screening_data(row),
        "visits": [
            (shown, closing.over(shown.visit.key), _locked(row, closing, shown.visit.key))
            for shown in visits_of(row, timezone.localdate())
        ],
        "criteria": criteria_of(row),
        "decision": decision_on(row),
        "missing_consent": None if row.state in ENDED else missing_consent(row),
        "offers": [] if closing.over() else _offers(row, allowed),
        "enrolment": _enrolment(row) if Action.SEE_ARM.value in allowed else [],
        "failure": getattr(row, "screen_failure", None),
        "withdrawal": getattr(row, "withdrawal", None),
        "acts": _history(row) if Action.SEE_HISTORY.value in allowed else None,
        "fragments": _fragments(row, allowed),
        "enrolled": has_reached(State(row.state), State.ENROLLED) if not way_out_of(row) else False,
        **(_log(row, allowed, closing) if Action.SEE_CLINICAL.value in allowed else {}),
    }
    return render(request, "enrollment/participant.html", context)


def _locked(row: Participant, closing: Closing, visit: str) -> bool:
    """Whether nothing more is said of a visit either."""
    return row.state == State.LOCKED or closing.over(visit, locked_only=True) is not None


def _log(row: Participant, allowed: set[str], closing: Closing) -> dict[str, Any]:
    """Adverse events and deviations, what they stop, and the numbers of the next ones."""
    entries = [entry for entry in row.entries.all() if entry.visit == LOG and entry.revision]
    counts = Counter(entry.form for entry in entries)
    return {
        "log_lines": [line_of(entry) for entry in entries],
        "stops": [] if row.state in ENDED else [sentence_for(stop) for stop in stops_of(row)],
        "may_log": row.state != State.LOCKED
        and closing.over() is None
        and Action.ENTER_FORM.value in allowed,
        "next_event": counts["adverse_event"] + 1,
        "next_deviation": counts["deviation"] + 1,
    }


def _offers(row: Participant, allowed: set[str]) -> list[tuple[str, str, str]]:
    """What the person may do now with this participant: URL name, words, kind of button."""
    if row.state in ENDED:
        return []
    offers = [("leave", _("End participation"), "danger")]
    if row.state in {State.SCREENED, State.CONSENTED}:
        offers.append(("eligibility", _("Judge criteria"), ""))
    if missing_consent(row):
        offers.append(("consent", _("Record consent"), "primary"))
    if row.state == State.ELIGIBLE:
        offers.append(("enrol", _("Enrol"), "primary"))
    if row.state == State.ENROLLED and not missing_consent(row):
        offers.append(("upload", _("Upload a scan"), "primary"))
    needed = {
        "leave": Action.WITHDRAW,
        "eligibility": Action.JUDGE_CRITERIA,
        "consent": Action.RECORD_CONSENT,
        "enrol": Action.ENROL,
        "upload": Action.UPLOAD_SCAN,
    }
    return [
        (_address(name, row), words, kind)
        for name, words, kind in offers
        if needed[name].value in allowed
    ]


def _address(name: str, row: Participant) -> str:
    if name == "upload":
        return f"{reverse('imaging:upload')}?participant={row.number}"
    return reverse(f"enrollment:{name}", args=[row.number])


def _enrolment(row: Participant) -> list[tuple[Any, ...]]:
    enrolment = getattr(row, "enrolment", None)
    if enrolment is None:
        return []
    return [
        (_("Arm"), current().arm(enrolment.arm).label),
        (_("Place in the arm"), enrolment.position),
        (_("Enrolled on"), enrolment.on.isoformat()),
        (_("By"), str(enrolment.by)),
        (_("Reason"), enrolment.reason),
    ]


def _history(row: Participant) -> list[dict[str, Any]]:
    acts = (
        Act.objects.filter(subject=row.number, outcome=Outcome.DONE)
        .select_related("by")
        .order_by("-at")
    )
    return [
        {
            "at": act.at,
            "by": act.by,
            "what": word_for(act.action),
            "detail": say(act.detail),
            "reason": act.reason,
        }
        for act in acts[:HISTORY_LENGTH]
    ]


def _fragments(row: Participant, allowed: set[str]) -> list[Fragment]:
    """What the apps above this one show of the participant, by the names of their pages."""
    scans = Fragment(_("Scans"), reverse("imaging:participant_scans", args=[row.number]), True)
    documents = reverse("reports:participant_documents", args=[row.number])
    named = {
        Action.SEE_SCANS: scans,
        Action.SEE_CASE_SUMMARY: Fragment(_("Documents"), documents, False),
    }
    return [part for action, part in named.items() if action.value in allowed]
