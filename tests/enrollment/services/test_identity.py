"""Each look at an identity stays on record."""

from __future__ import annotations

import pytest

from enrollment.services.identity import see_identity
from studysite.core.errors import Invalid, NotPermitted
from studysite.core.models import Act, User
from tests.conftest import Enter


def test_a_look_is_recorded_with_its_reason(enter: Enter, monitor: User) -> None:
    row = enter()
    known = see_identity(by=monitor, participant=row, reason="Source data verification.")
    assert known.name == "Zhang San 1"
    act = Act.objects.get(action="see_identity")
    assert (act.by, act.subject, act.reason) == (monitor, row.number, "Source data verification.")
    assert "Zhang" not in act.detail


def test_nobody_looks_without_a_reason(enter: Enter, monitor: User) -> None:
    with pytest.raises(Invalid):
        see_identity(by=monitor, participant=enter(), reason=" ")


def test_a_data_manager_sees_no_identity(enter: Enter, data_manager: User) -> None:
    with pytest.raises(NotPermitted):
        see_identity(by=data_manager, participant=enter(), reason="Curious.")
