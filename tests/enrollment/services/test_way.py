"""Finding participants, and the record of their steps."""

from __future__ import annotations

import pytest

from enrollment.journey import State
from enrollment.models import ScanState
from enrollment.services import way
from enrollment.services.visits import expected_scan, mark_scan
from studysite.core.acts import acting
from studysite.core.errors import NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from tests.conftest import Enter


def test_another_site_knows_of_nobody_here(enter: Enter, coordinator: User, stranger: User) -> None:
    row = enter()
    found = way.find(by=coordinator, number=row.number, action=Action.SEE_PARTICIPANTS)
    assert found == row
    for by, number in ((stranger, row.number), (coordinator, "XA-999")):
        with pytest.raises(NotThere, match="no participant"):
            way.find(by=by, number=number, action=Action.SEE_PARTICIPANTS)


def test_a_step_keeps_who_took_it_and_why(enter: Enter, analyst: User) -> None:
    row = enter(State.ENROLLED)
    with acting(analyst, "test", subject=row.number, reason="Scanned twice."):
        way.step(way.hold(row), State.SCANNED)
    step = row.steps.last()
    assert (step.state, step.by, step.reason) == ("scanned", analyst, "Scanned twice.")


def test_a_step_of_the_system_has_no_person(enter: Enter) -> None:
    row = enter(State.ENROLLED)
    way.step(row, State.SCANNED)
    assert row.steps.last().by is None


def test_an_accepted_scan_stays_accepted(enter: Enter) -> None:
    scan = expected_scan(enter(State.ENROLLED), "t2_3d")
    assert scan is not None
    mark_scan(scan, ScanState.ACCEPTED)
    with pytest.raises(OutOfOrder):
        mark_scan(scan, ScanState.EXPECTED)
