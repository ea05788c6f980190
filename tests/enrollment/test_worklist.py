"""What is mine to do now."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollment import worklist
from enrollment.journey import State
from enrollment.models import Visit
from enrollment.services.eligibility import judge
from enrollment.services.forms import save_form
from enrollment.worklist import items
from studysite.core.models import User
from tests.conftest import HISTORY, SAFE, Enter, days_ago


def work(user: User) -> list[tuple[str, str]]:
    return [(item.title, item.detail) for item in items(user)]


def test_a_screened_participant_waits_for_consent(enter: Enter, coordinator: User) -> None:
    row = enter()
    (item,) = items(coordinator)
    assert item.title == "Record consent"
    assert (item.subject, item.url) == (row.number, f"/participants/{row.number}/consent/")
    assert item.since == row.steps.get().at


def test_the_forms_of_screening_wait_after_consent(enter: Enter, coordinator: User) -> None:
    row = enter(State.CONSENTED)
    assert {item.title for item in items(coordinator)} == {
        "Fill in: Demographics and history",
        "Fill in: MRI safety",
    }
    for form, answers in (("mri_safety", SAFE), ("demographics", HISTORY)):
        save_form(
            by=coordinator, participant=row, form=form, visit="screening", answers=answers,
            seen_revision=0, submit=True,
        )  # fmt: skip
    assert items(coordinator) == []


def test_an_investigator_judges_then_decides(enter: Enter, investigator: User) -> None:
    row = enter(State.CONSENTED)
    ((title, detail),) = work(investigator)
    assert (title, detail) == ("Judge criteria", "I1, I3, I4, I5, E1, E2, E3, C1")
    judge(by=investigator, participant=row, criterion="E1", verdict="met", evidence="Cyst.")
    assert work(investigator) == [("Decide on a screen failure", "E1")]


def test_a_partial_date_that_settles_nothing_is_the_investigators(
    enter: Enter, coordinator: User, investigator: User
) -> None:
    row = enter(State.CONSENTED, onset=str(days_ago(365).year))
    settle(row.number, coordinator, investigator)
    assert work(investigator) == [("Decide on criteria that stay unknown", "I6")]


def settle(number: str, coordinator: User, investigator: User) -> None:
    """Every criterion but the computed ones, and the safety form."""
    from_letter = "Letter."
    row = Visit.objects.get(participant__number=number, key="screening").participant
    save_form(
        by=coordinator, participant=row, form="mri_safety", visit="screening", answers=SAFE,
        seen_revision=0, submit=True,
    )  # fmt: skip
    for key in ("I1", "I3", "I4", "I5", "E1", "E2", "E3", "C1"):
        verdict = "met" if key.startswith("I") else "not_met"
        judge(
            by=investigator, participant=row, criterion=key, verdict=verdict, evidence=from_letter
        )


def test_settled_criteria_wait_for_confirmation(
    enter: Enter, coordinator: User, investigator: User
) -> None:
    settle(enter(State.CONSENTED).number, coordinator, investigator)
    assert work(investigator) == [("Confirm eligibility", "Every criterion is settled")]


def test_the_eligible_wait_for_an_arm(enter: Enter, coordinator: User) -> None:
    enter(State.ELIGIBLE)
    assert work(coordinator) == [("Enrol", "Eligible, waits for an arm")]


def test_a_window_opens_closes_and_is_overdue(
    enter: Enter, coordinator: User, investigator: User
) -> None:
    row = enter(State.ENROLLED)
    titles = ["Fill in: Severity of the spasm", "Fill in: Scan"]
    assert [item.title for item in items(coordinator)] == titles
    assert [item.title for item in items(investigator)] == ["Fill in: Surgical finding"]
    visit = row.visits.get(key="baseline")
    visit.opens_on, visit.due_on, visit.closes_on = days_ago(20), days_ago(10), days_ago(1)
    visit.save()
    item, scan = items(coordinator)
    assert item.overdue
    assert scan.overdue
    assert item.detail == f"Baseline and MRI, due {days_ago(10).isoformat()}"
    assert timezone.localdate(item.since) == days_ago(20)


def test_the_overdue_come_first(enter: Enter, coordinator: User) -> None:
    enter()
    row = enter(State.ENROLLED)
    row.visits.filter(key="baseline").update(
        opens_on=days_ago(9), due_on=days_ago(5), closes_on=days_ago(1)
    )
    assert [item.overdue for item in items(coordinator)] == [True, True, False]


@pytest.mark.parametrize("state", [State.SCREEN_FAILED, State.WITHDRAWN, State.LOST, State.LOCKED])
def test_who_left_or_is_locked_asks_for_nothing(
    enter: Enter, coordinator: User, investigator: User, state: State
) -> None:
    enter(state)
    assert items(coordinator) == items(investigator) == []


def test_others_have_no_work_here(
    enter: Enter,
    reader: User,
    analyst: User,
    monitor: User,
    data_manager: User,
    administrator: User,
    stranger: User,
) -> None:
    for state in (State.SCREENED, State.CONSENTED, State.ELIGIBLE, State.ENROLLED):
        enter(state)
    for user in (reader, analyst, monitor, data_manager, administrator, stranger):
        assert items(user) == []


def test_a_list_of_work_costs_the_same_for_one_and_for_many(
    enter: Enter, coordinator: User
) -> None:
    for state in (State.SCREENED, State.CONSENTED, State.ELIGIBLE):
        enter(state)
    with CaptureQueriesContext(connection) as for_one:
        assert len(items(coordinator)) == 4
    for state in (State.SCREENED, State.CONSENTED, State.ELIGIBLE):
        enter(state)
    with CaptureQueriesContext(connection) as for_many:
        assert len(items(coordinator)) == 8
    assert len(for_many) == len(for_one)


def test_a_list_of_work_ends_after_a_page_of_each_kind(
    enter: Enter, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "AT_MOST", 2)
    first, second, _third = (enter().number for _count in range(3))
    assert [item.subject for item in items(coordinator)] == [first, second]
