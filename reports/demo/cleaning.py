"""How the demo's data are cleaned: queries in each state, some answers verified, one record frozen.

Told once for each participant: an interrupted demo goes on where it was.
"""

from __future__ import annotations

from enrollment.journey import State
from enrollment.models import Closure, Participant, Query, Verification
from enrollment.models.forms import EntryState
from enrollment.places import Place, PlaceKind, of_form, of_item, of_visit
from enrollment.query_life import QueryState
from enrollment.services.freezing import freeze
from enrollment.services.queries import answer_query, close_query, open_query, reopen_query
from enrollment.services.verification import verify
from reports.demo.people import Patient
from reports.demo.story import Cast

# Of whom the case is far enough that nobody waits for an entry.
FROZEN = State.SURGERY_RECORDED
VERIFIED_WHOLE = {State.LOCKED, State.SIGNED}
VERIFIED_IN_PART = {State.SURGERY_RECORDED, State.ADJUDICATED}

# target of a patient: where the monitor asks, what, and how far it goes.
ASKED: dict[State, tuple[Place, str, QueryState]] = {
    State.LOCKED: (
        of_item("screening", "demographics", "carbamazepine"),
        "The letter names a dose: is it taken now?",
        QueryState.CLOSED,
    ),
    State.ADJUDICATED: (
        of_item("baseline", "severity", "smc_grade"),
        "The grade is higher than what the notes describe.",
        QueryState.ANSWERED,
    ),
    State.READ: (
        of_form("screening", "mri_safety"),
        "The form's paper copy is not signed. Is it the original?",
        QueryState.REOPENED,
    ),
    State.MEASURED: (
        Place(PlaceKind.SCAN, "baseline", name="tof_3d"),
        "The angiogram was taken on another day?",
        QueryState.OPEN,
    ),
    State.ENROLLED: (
        of_visit("baseline"),
        "The visit took place before its window opened.",
        QueryState.OPEN,
    ),
}
_WAY = {
    QueryState.OPEN: 0,
    QueryState.ANSWERED: 1,
    QueryState.REOPENED: 2,
    QueryState.CLOSED: 3,
}


def clean(patient: Patient, participant: Participant, cast: Cast) -> None:
    """What the monitor and the data manager do with one participant's data."""
    _verify(patient, participant, cast)
    _ask(patient, participant, cast)
    if patient.target == FROZEN and not Closure.objects.filter(participant=participant).exists():
        reason = "Data are being cleaned before the case is signed."
        freeze(by=cast.data_manager, participant=participant, reason=reason)


def _verify(patient: Patient, participant: Participant, cast: Cast) -> None:
    if Verification.objects.filter(participant=participant).exists():
        return
    if patient.target in VERIFIED_WHOLE:
        for visit in participant.visits.all():
            submitted = participant.entries.filter(visit=visit.key, state=EntryState.SUBMITTED)
            if submitted.exists():
                verify(by=cast.monitor, participant=participant, place=of_visit(visit.key))
    elif patient.target in VERIFIED_IN_PART:
        for place in (
            of_form("screening", "mri_safety"),
            of_item("baseline", "severity", "smc_grade"),
        ):
            verify(by=cast.monitor, participant=participant, place=place)


def _ask(patient: Patient, participant: Participant, cast: Cast) -> None:
    """A query taken as far as its story goes: open, answered, reopened, closed."""
    if patient.target not in ASKED or participant.queries.filter(origin="manual").exists():
        return
    place, question, until = ASKED[patient.target]
    query: Query = open_query(by=cast.monitor, participant=participant, place=place, text=question)
    if _WAY[until] >= 1:
        answer_query(by=cast.coordinator, query=query, text="As in the source; see page 2.")
    if until is QueryState.REOPENED:
        reopen_query(by=cast.monitor, query=query, text="Page 2 is of another date.")
    if until is QueryState.CLOSED:
        close_query(by=cast.monitor, query=query, text="Seen.")
