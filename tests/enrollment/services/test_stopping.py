"""What an adverse event and a deviation stop, and until when."""

from __future__ import annotations

from typing import Any

import pytest

from enrollment.journey import State
from enrollment.models import FormEntry, Participant
from enrollment.services.deviations import note_deviation
from enrollment.services.enrolment import enrol
from enrollment.services.forms import FormUnlikely, save_form
from enrollment.services.stopping import Stopped, stop_for, stops_of
from enrollment.stops import What, stops_in
from enrollment.usable import in_main_analysis, usable
from studysite.core.acts import acting
from studysite.core.errors import Invalid, OutOfOrder
from studysite.core.models import User
from studysite.core.said import said
from tests.conftest import Enter, leave

EVENT = {
    "event": "Panic in the scanner",
    "began_on": "2024-05",
    "grade": "severe",
    "serious": "yes",
    "serious_because": ["hospital"],
    "related_to_mri": "probable",
    "measures": ["scan_stopped"],
    "outcome": "not_resolved",
    "reported_on": "2024-06-01",
}
DEVIATION = {
    "found_on": "2024-05-01",
    "source": "person",
    "category": "consent",
    "grade": "major",
    "description": "Signed by a relative.",
    "effect": "hold",
}


def log(row: Participant, by: User, form: str, answers: dict[str, Any], **more: Any) -> FormEntry:
    said_ = {"visit": "log", "seen_revision": 0, "submit": True} | more
    return save_form(by=by, participant=row, form=form, answers=answers, **said_)


@pytest.mark.parametrize(
    ("form", "change", "stopped"),
    [
        ("adverse_event", {}, {What.ENROLMENT, What.SCANS}),
        ("adverse_event", {"serious": "no"}, set()),
        ("adverse_event", {"related_to_mri": "unlikely"}, set()),
        ("adverse_event", {"related_to_mri": "possible"}, {What.ENROLMENT, What.SCANS}),
        ("adverse_event", {"outcome": "resolved"}, set()),
        ("adverse_event", {"outcome": "unknown"}, {What.ENROLMENT, What.SCANS}),
        ("deviation", {}, {What.ENROLMENT, What.SCANS}),
        ("deviation", {"settled_on": "2024-05-02"}, set()),
        ("deviation", {"effect": "nothing"}, set()),
        ("deviation", {"effect": "left_out", "settled_on": "2024-05-02"}, {What.ANALYSIS}),
        ("severity", {"effect": "hold"}, set()),
    ],
)
def test_what_stops_what(form: str, change: dict[str, str], stopped: set[What]) -> None:
    answers = (EVENT if form == "adverse_event" else DEVIATION) | change
    found = stops_in([(form, 1, answers)])
    assert {what for stop in found for what in stop.what} == stopped


def test_a_serious_event_holds_enrolment_until_it_is_settled(
    enter: Enter, coordinator: User
) -> None:
    row = enter(State.ELIGIBLE)
    entry = log(row, coordinator, "adverse_event", EVENT)
    with pytest.raises(Stopped, match=r"no\. 1 may come of the scan"):
        enrol(by=coordinator, participant=row, arm="2d", reason="Scanner.")
    settled = EVENT | {"outcome": "resolved", "ended_on": "2024-06"}
    log(row, coordinator, "adverse_event", settled, seen_revision=1, reason="He is well again.")
    assert entry.pk == row.entries.get(form="adverse_event").pk
    enrol(by=coordinator, participant=row, arm="2d", reason="Scanner.")


def test_a_draft_stops_nothing_yet(enter: Enter, coordinator: User) -> None:
    row = enter(State.ELIGIBLE)
    log(row, coordinator, "deviation", DEVIATION, submit=False)
    assert stops_of(row) == []


def test_each_event_is_a_form_of_its_own(enter: Enter, coordinator: User) -> None:
    row = enter(State.ENROLLED)
    log(row, coordinator, "adverse_event", EVENT)
    log(row, coordinator, "adverse_event", EVENT | {"serious": "no"} | _none(), repeat=2)
    assert [entry.repeat for entry in row.entries.filter(visit="log")] == [1, 2]
    with pytest.raises(Invalid, match="no such repeat"):
        log(row, coordinator, "adverse_event", EVENT, repeat=4)


def _none() -> dict[str, Any]:
    return {"serious_because": None, "reported_on": None}


def test_a_serious_event_that_is_not_reported_needs_a_reason(
    enter: Enter, coordinator: User
) -> None:
    row = enter(State.ENROLLED)
    untold = EVENT | {"reported_on": ""}
    with pytest.raises(FormUnlikely) as refusal:
        log(row, coordinator, "adverse_event", untold)
    (finding,) = refusal.value.problems
    assert finding.key == "reported_on.check.not_reported"
    remark = {finding.key: "The committee meets on Monday."}
    entry = log(row, coordinator, "adverse_event", untold, remarks=remark)
    assert entry.remarks[0]["reason"] == "The committee meets on Monday."
    # The same unlikely answer is not asked about again.
    worse = untold | {"grade": "moderate"}
    again = log(row, coordinator, "adverse_event", worse, seen_revision=1, reason="Milder.")
    assert again.remarks == entry.remarks


def test_what_goes_wrong_is_recorded_of_somebody_who_left(enter: Enter, coordinator: User) -> None:
    row = enter(State.WITHDRAWN)
    log(row, coordinator, "adverse_event", EVENT)
    with pytest.raises(OutOfOrder):
        log(enter(State.LOCKED), coordinator, "adverse_event", EVENT)


def test_a_form_of_the_log_belongs_to_no_visit_and_no_other_form_to_the_log(
    enter: Enter, coordinator: User
) -> None:
    row = enter(State.ENROLLED)
    with pytest.raises(Invalid, match="does not belong"):
        log(row, coordinator, "severity", {})
    with pytest.raises(Invalid, match="does not belong"):
        log(row, coordinator, "adverse_event", EVENT, visit="baseline")


def test_a_deviation_that_a_check_finds_says_where_it_comes_from(
    enter: Enter, coordinator: User
) -> None:
    row = enter(State.ENROLLED)
    with acting(coordinator, "upload_scan"):
        note_deviation(
            row,
            by=coordinator,
            source="imaging_check",
            category="imaging",
            sentence=said("Eligible"),
        )
    entry = row.entries.get(form="deviation")
    assert entry.answers["source"] == "imaging_check"
    assert entry.answers["description"] == "Eligible / 符合入选"
    assert (entry.state, stop_for(row, What.SCANS)) == ("submitted", None)


def test_outcomes_leave_out_whoever_does_not_let_the_data_stay(
    enter: Enter, coordinator: User
) -> None:
    stays, revoked, deviating = enter(State.ENROLLED), enter(State.ENROLLED), enter(State.ENROLLED)
    leave(revoked, coordinator, "withdrawn")
    log(deviating, coordinator, "deviation", DEVIATION | {"effect": "left_out"})
    everybody = Participant.objects.all()
    assert set(usable(everybody)) == {stays, revoked, deviating}
    assert set(in_main_analysis(everybody)) == {stays, revoked}
    revoked.withdrawal.images_may_stay = False
    revoked.withdrawal.save()
    assert set(usable(everybody, "images_may_stay")) == {stays, deviating}
    revoked.withdrawal.data_may_stay = False
    revoked.withdrawal.save()
    assert set(usable(everybody)) == {stays, deviating}
