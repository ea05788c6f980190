"""Each service asks the policy table, for the participant's own site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from enrollment import vault
from enrollment.journey import State
from enrollment.models import Participant
from enrollment.services.consent import record_consent
from enrollment.services.eligibility import (
    confirm_eligibility,
    fail_screening,
    judge,
    judge_all,
)
from enrollment.services.enrolment import enrol, withdraw
from enrollment.services.forms import save_form
from enrollment.services.identity import see_identity
from enrollment.services.screening import screen
from studysite.core.errors import NotPermitted, StudyError
from studysite.core.models import Act, Site, User
from studysite.core.roles import POLICY, Action, Role
from tests.conftest import Enter, person

TODAY = timezone.localdate()
Call = Callable[[User, Participant], object]
SERVICES: dict[str, tuple[Action, Call]] = {
    "screen": (
        Action.SCREEN,
        lambda by, row: screen(
            by=by, site=row.site, person=vault.Person("", "", None), sex="", affected_side="",
            onset="", screened_on=TODAY,
        ),
    ),
    "record_consent": (
        Action.RECORD_CONSENT,
        lambda by, row: record_consent(
            by=by, participant=row, document_version="", language="", signed_on=TODAY
        ),
    ),
    "judge": (
        Action.JUDGE_CRITERIA,
        lambda by, row: judge(by=by, participant=row, criterion="I1", verdict="", evidence=""),
    ),
    "judge_all": (
        Action.JUDGE_CRITERIA,
        lambda by, row: judge_all(
            by=by, participant=row, verdicts={"I1": ("no", "")}, seen=10**9
        ),
    ),
    "confirm_eligibility": (
        Action.CONFIRM_ELIGIBILITY,
        lambda by, row: confirm_eligibility(by=by, participant=row),
    ),
    "fail_screening": (
        Action.CONFIRM_ELIGIBILITY,
        lambda by, row: fail_screening(by=by, participant=row),
    ),
    "enrol": (
        Action.ENROL,
        lambda by, row: enrol(by=by, participant=row, arm="", reason=""),
    ),
    "withdraw": (
        Action.WITHDRAW,
        lambda by, row: withdraw(
            by=by, participant=row, kind="", on=TODAY, decided_by="", data_may_stay=True,
            reason="",
        ),
    ),
    "save_form": (
        Action.ENTER_FORM,
        lambda by, row: save_form(
            by=by, participant=row, form="demographics", visit="", answers={}, seen_revision=0,
            submit=True,
        ),
    ),
    "see_identity": (
        Action.SEE_IDENTITY,
        lambda by, row: see_identity(by=by, participant=row, reason=""),
    ),
}  # fmt: skip


def refused(call: Call, by: User, row: Participant) -> bool:
    """Whether the role is what stands in the way; what is asked for is wrong on purpose."""
    done = Act.objects.filter(outcome="done")
    before = done.count()
    try:
        call(by, row)
    except NotPermitted:
        assert done.count() == before
        return True
    except StudyError:
        return False
    return False


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_open_to_the_roles_of_its_action_at_that_site_alone(
    name: str, enter: Enter, site: Site, other_site: Site
) -> None:
    action, call = SERVICES[name]
    row = enter(State.CONSENTED)
    for role in Role:
        here, there = person(site, role, f"h_{role}"), person(other_site, role, f"t_{role}")
        assert refused(call, here, row) == (role not in POLICY[action]), role
        assert refused(call, there, row), role


def test_a_closed_account_may_do_nothing(enter: Enter, coordinator: User) -> None:
    row = enter(State.ELIGIBLE)
    coordinator.is_active = False
    coordinator.save()
    with pytest.raises(NotPermitted):
        enrol(by=coordinator, participant=row, arm="2d", reason="Scanner.")
