"""Saving and submitting case report forms."""

from __future__ import annotations

import pytest
from django.utils import timezone

from enrollment.journey import State
from enrollment.models import FormEntry, FormRevision, Participant
from enrollment.services.forms import FormInvalid, save_form
from studysite.core.errors import Conflict, Invalid, NotPermitted, NotThere, OutOfOrder
from studysite.core.models import Act, User
from tests.conftest import SAFE, Enter


def save(row: Participant, by: User, **change: object) -> FormEntry:
    said = {
        "form": "mri_safety",
        "visit": "screening",
        "answers": SAFE,
        "seen_revision": 0,
        "submit": True,
    }
    return save_form(by=by, participant=row, **(said | change))  # type: ignore[arg-type]


def test_each_save_is_a_revision(enter: Enter, coordinator: User) -> None:
    row = enter(State.CONSENTED)
    save(row, coordinator, answers={"pacemaker": "no", "weight_kg": ""}, submit=False)
    entry = save(row, coordinator, seen_revision=1)
    assert (entry.revision, entry.state, entry.answers) == (2, "submitted", SAFE)
    told = [
        (revision.number, revision.state, revision.answers) for revision in entry.revisions.all()
    ]
    assert told == [(1, "draft", {"pacemaker": "no"}), (2, "submitted", SAFE)]


def test_data_without_consent_are_refused(enter: Enter, coordinator: User) -> None:
    with pytest.raises(OutOfOrder) as refusal:
        save(enter(), coordinator)
    assert refusal.value.code == "no_consent"


def test_every_problem_of_a_form_is_told_at_once(enter: Enter, coordinator: User) -> None:
    row = enter(State.CONSENTED)
    with pytest.raises(FormInvalid) as refusal:
        save(row, coordinator, answers=SAFE | {"weight_kg": 999, "pacemaker": ""})
    assert [problem.item for problem in refusal.value.problems] == ["pacemaker", "weight_kg"]
    assert not FormEntry.objects.exists()


def test_a_submitted_form_changes_with_a_reason_alone(enter: Enter, coordinator: User) -> None:
    row = enter(State.CONSENTED)
    save(row, coordinator)
    heavier = SAFE | {"weight_kg": 70}
    with pytest.raises(Invalid) as refusal:
        save(row, coordinator, answers=heavier, seen_revision=1)
    assert refusal.value.field == "reason"
    entry = save(row, coordinator, answers=heavier, seen_revision=1, reason="Misread the scale.")
    assert entry.revisions.last().reason == "Misread the scale."
    assert Act.objects.order_by("at").last().reason == "Misread the scale."  # type: ignore[union-attr]
    assert entry.revisions.first().answers == SAFE


def test_a_submitted_form_is_not_a_draft_again(enter: Enter, coordinator: User) -> None:
    row = enter(State.CONSENTED)
    save(row, coordinator)
    with pytest.raises(OutOfOrder):
        save(row, coordinator, seen_revision=1, submit=False)


def test_a_second_tab_does_not_overwrite_the_first(enter: Enter, coordinator: User) -> None:
    row = enter(State.CONSENTED)
    save(row, coordinator, answers={"pacemaker": "no"}, submit=False)
    with pytest.raises(Conflict) as refusal:
        save(row, coordinator, answers={"pacemaker": "yes"}, submit=False)
    assert refusal.value.code == "changed_meanwhile"
    assert FormEntry.objects.get().answers == {"pacemaker": "no"}
    assert FormRevision.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "visit", "error"),
    [
        ("severity", "screening", Invalid),
        ("severity", "nowhere", Invalid),
        ("neurovascular_read", "baseline", Invalid),
        ("nonsense", "screening", NotThere),
        ("severity", "baseline", OutOfOrder),
    ],
)
def test_a_form_belongs_to_a_visit_that_is_planned(
    enter: Enter, coordinator: User, form: str, visit: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        save(enter(State.CONSENTED), coordinator, form=form, visit=visit, answers={}, submit=False)


@pytest.mark.parametrize("state", [State.LOCKED, State.SCREEN_FAILED, State.WITHDRAWN, State.LOST])
def test_nothing_is_entered_once_the_record_is_closed(
    enter: Enter, coordinator: User, state: State
) -> None:
    with pytest.raises(OutOfOrder, match="closed"):
        save(enter(state), coordinator)


FOUND = {
    "operated": "yes",
    "operated_on": timezone.localdate().isoformat(),
    "surgeon": "Prof. Liu",
    "side": "left",
    "compression": "no",
}


def test_an_investigator_enters_the_surgical_finding(
    enter: Enter, coordinator: User, investigator: User
) -> None:
    row = enter(State.MEASURED)
    said = {"form": "surgical_finding", "visit": "surgery", "answers": FOUND}
    with pytest.raises(NotPermitted):
        save(row, coordinator, **said)
    save(row, investigator, **said)
    assert row.state == State.MEASURED
    assert Act.objects.get(action="enter_surgical_finding").by == investigator


@pytest.mark.parametrize("answers", [FOUND, {"operated": "no"}])
def test_the_surgical_step_follows_adjudication_and_finding(
    enter: Enter, investigator: User, answers: dict[str, str]
) -> None:
    row = enter(State.ADJUDICATED)
    save(row, investigator, form="surgical_finding", visit="surgery", answers=answers)
    assert row.state == State.SURGERY_RECORDED
