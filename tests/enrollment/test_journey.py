"""The steps of the way, and no others."""

from __future__ import annotations

from itertools import product

import pytest

from enrollment.journey import (
    BEFORE_ENROLMENT,
    ENDED,
    OWNERS,
    STEPS,
    TASKS,
    WAY,
    State,
    check_step,
    has_reached,
)
from studysite.core.errors import OutOfOrder
from studysite.core.roles import Role

BACK = {(State.SCANNED, State.ENROLLED), (State.QUALITY_CHECKED, State.ENROLLED)}
UNLOCKED = (State.LOCKED, State.SIGNED)


def allowed(here: State, there: State) -> bool:
    """The permitted order, said a second time."""
    if here in ENDED:
        return (here, there) == UNLOCKED
    if there in {State.WITHDRAWN, State.LOST}:
        return True
    if there is State.SCREEN_FAILED:
        return here in BEFORE_ENROLMENT
    return (here, there) in BACK or WAY.index(there) == WAY.index(here) + 1


@pytest.mark.parametrize(("here", "there"), list(product(State, State)))
def test_each_step_is_allowed_or_refused_as_the_protocol_says(here: State, there: State) -> None:
    if allowed(here, there):
        check_step(here, there)
    else:
        with pytest.raises(OutOfOrder, match="no step"):
            check_step(here, there)


def test_each_state_has_its_steps_and_each_step_an_owner_and_a_task() -> None:
    assert set(STEPS) == set(State)
    assert set(OWNERS) == set(WAY)
    assert set(OWNERS.values()) <= set(Role.values)
    assert set(TASKS) == set(WAY[1:])


def test_reached_counts_along_the_way_alone() -> None:
    assert has_reached(State.MEASURED, State.MEASURED)
    assert has_reached(State.LOCKED, State.SCREENED)
    assert not has_reached(State.ENROLLED, State.SCANNED)
    assert not has_reached(State.WITHDRAWN, State.SCREENED)
