"""Arms, their limit, and leaving."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from enrollment.journey import State
from enrollment.models import ArmCount, Participant, Withdrawal
from enrollment.services.enrolment import enrol, withdraw
from enrollment.services.places import places_left
from studysite.core.errors import Conflict, Invalid, OutOfOrder, StudyError
from studysite.core.models import User
from tests.conftest import Enter

TODAY = timezone.localdate()


def test_an_enrolment_takes_a_place_and_plans_the_visits(enter: Enter) -> None:
    row = enter(State.ENROLLED, arm="3d")
    assert (row.enrolment.arm, row.enrolment.position) == ("3d", 1)
    assert row.enrolment.method == "assigned"
    assert places_left() == {"2d": 30, "3d": 29}
    assert [visit.key for visit in row.visits.all()] == [
        "screening",
        "baseline",
        "surgery",
        "discharge",
        "month_3",
        "month_12",
    ]
    scans = row.visits.get(key="baseline").scans.all()
    assert [scan.sequence for scan in scans] == ["t2_3d", "tof_3d", "t1_3d"]


@pytest.mark.parametrize(
    ("change", "field"), [({"arm": "4d"}, "arm"), ({"reason": "  "}, "reason")]
)
def test_an_arm_of_the_protocol_and_a_reason_are_needed(
    enter: Enter, coordinator: User, change: dict[str, str], field: str
) -> None:
    row = enter(State.ELIGIBLE)
    said = {"arm": "2d", "reason": "Scanner."} | change
    with pytest.raises(Invalid) as refusal:
        enrol(by=coordinator, participant=row, **said)
    assert refusal.value.field == field


@pytest.mark.parametrize("state", [state for state in State if state is not State.ELIGIBLE])
def test_only_the_eligible_are_enrolled(enter: Enter, coordinator: User, state: State) -> None:
    row = enter(state)
    with pytest.raises(StudyError):
        enrol(by=coordinator, participant=row, arm="2d", reason="Scanner.")
    row.refresh_from_db()
    assert row.state == state


def test_a_full_arm_takes_nobody_and_the_other_still_does(enter: Enter, coordinator: User) -> None:
    ArmCount.objects.create(arm="2d", enrolled=30, target=30)
    row = enter(State.ELIGIBLE)
    with pytest.raises(Conflict) as refusal:
        enrol(by=coordinator, participant=row, arm="2d", reason="Scanner.")
    assert (refusal.value.code, refusal.value.field) == ("arm_full", "arm")
    row.refresh_from_db()
    assert row.state == State.ELIGIBLE
    enrol(by=coordinator, participant=row, arm="3d", reason="The other is full.")
    assert row.state == State.ENROLLED


def test_the_table_itself_refuses_more_than_the_target(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ArmCount.objects.create(arm="2d", enrolled=31, target=30)


def leave(row: Participant, by: User, **change: object) -> Withdrawal:
    said = {
        "kind": "withdrawn",
        "on": TODAY,
        "decided_by": "participant",
        "data_may_stay": False,
        "reason": "No more time.",
    }
    return withdraw(by=by, participant=row, **(said | change))  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [State.SCREENED, State.ENROLLED, State.SIGNED])
def test_one_may_leave_until_the_record_is_locked(
    enter: Enter, coordinator: User, state: State
) -> None:
    row = enter(state)
    withdrawal = leave(row, coordinator)
    assert row.state == State.WITHDRAWN
    assert (withdrawal.left_in_state, withdrawal.data_may_stay) == (state, False)
    assert row.steps.last().reason == "No more time."


@pytest.mark.parametrize("state", [State.LOCKED, State.SCREEN_FAILED, State.WITHDRAWN, State.LOST])
def test_nobody_leaves_twice_or_after_the_lock(
    enter: Enter, coordinator: User, state: State
) -> None:
    with pytest.raises(OutOfOrder):
        leave(enter(state), coordinator)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "bored"}, "kind"),
        ({"decided_by": "family"}, "decided_by"),
        ({"reason": " "}, "reason"),
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"on": date(2000, 1, 1)}, "on"),
    ],
)
def test_leaving_says_how_when_who_and_why(
    enter: Enter, coordinator: User, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        leave(enter(), coordinator, **change)
    assert refusal.value.field == field


def test_somebody_not_enrolled_is_not_lost_to_follow_up(enter: Enter, coordinator: User) -> None:
    with pytest.raises(OutOfOrder):
        leave(enter(State.ELIGIBLE), coordinator, kind="lost")
