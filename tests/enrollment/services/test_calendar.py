"""Unscheduled visits, visits that did not take place, and what is complete."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from enrollment import due
from enrollment.journey import State
from enrollment.models import Participant, Visit
from enrollment.overview import visits_of
from enrollment.services.calendar import add_unscheduled, record_visit_not_done
from enrollment.services.forms import save_form
from studysite.core.errors import Invalid, NotPermitted, OutOfOrder
from studysite.core.models import User
from tests.conftest import Enter, days_ago

TODAY = timezone.localdate()
SEVERE = {
    "assessed_on": TODAY.isoformat(),
    "smc_grade": "II",
    "cohen_albert": "2",
    "jrs_severity": "2",
    "jrs_frequency": "3",
}


def test_an_unscheduled_visit_gets_a_number_and_its_forms(enter: Enter, coordinator: User) -> None:
    row = enter(State.ENROLLED)
    for _ in range(2):
        add_unscheduled(by=coordinator, participant=row, on=TODAY, reason="More spasms.")
    keys = [visit.key for visit in row.visits.filter(key__startswith="unscheduled")]
    assert keys == ["unscheduled_1", "unscheduled_2"]
    entry = save_form(
        by=coordinator, participant=row, form="severity", visit="unscheduled_2", answers=SEVERE,
        seen_revision=0, submit=True,
    )  # fmt: skip
    assert entry.answers["jrs_total"] == 5
    labels = [shown.plan.label for shown in visits_of(row, TODAY)]
    assert "Unscheduled visit 2" in labels


@pytest.mark.parametrize(
    ("on", "reason", "field"),
    [(TODAY + timedelta(days=1), "x", "on"), (days_ago(900), "x", "on"), (TODAY, " ", "reason")],
)
def test_an_unscheduled_visit_has_been_and_has_a_reason(
    enter: Enter, coordinator: User, on: object, reason: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        add_unscheduled(by=coordinator, participant=enter(State.ENROLLED), on=on, reason=reason)
    assert refusal.value.field == field


def test_nobody_is_seen_outside_the_plan_before_enrolment_or_after_leaving(
    enter: Enter, coordinator: User, monitor: User
) -> None:
    for state in (State.CONSENTED, State.WITHDRAWN):
        with pytest.raises(OutOfOrder):
            add_unscheduled(by=coordinator, participant=enter(state), on=TODAY, reason="x")
    with pytest.raises(NotPermitted):
        add_unscheduled(by=monitor, participant=enter(State.ENROLLED), on=TODAY, reason="x")


def test_a_visit_that_did_not_take_place_waits_no_longer_and_is_a_deviation(
    enter: Enter, coordinator: User
) -> None:
    row = enter(State.ENROLLED)
    visit = row.visits.get(key="month_3")
    Visit.objects.filter(pk=visit.pk).update(
        opens_on=days_ago(9), due_on=days_ago(5), closes_on=days_ago(1)
    )
    late = due.waiting(due.visits(coordinator), "overdue", TODAY)
    assert [each.key for each in late] == ["month_3"]
    record_visit_not_done(by=coordinator, visit=visit, reason="Abroad.")
    assert not due.waiting(due.visits(coordinator), "overdue", TODAY).exists()
    deviation = row.entries.get(form="deviation")
    assert deviation.answers["source"] == "schedule"
    assert "Visit not done: 3 months. Abroad." in deviation.answers["description"]
    shown = {each.plan.key: each.timeliness.value for each in visits_of(row, TODAY)}
    assert shown["month_3"] == "not_done"
    with pytest.raises(OutOfOrder, match="settled"):
        record_visit_not_done(by=coordinator, visit=visit, reason="Again.")


def test_a_visit_with_a_form_took_place(enter: Enter, coordinator: User) -> None:
    row = enter(State.ENROLLED)
    save_form(
        by=coordinator, participant=row, form="severity", visit="month_3", answers={},
        seen_revision=0, submit=False,
    )  # fmt: skip
    with pytest.raises(OutOfOrder, match="took place"):
        record_visit_not_done(by=coordinator, visit=row.visits.get(key="month_3"), reason="x")


def flags(row: Participant) -> dict[str, bool]:
    return {visit.key: visit.complete for visit in row.visits.all()}


def test_the_stored_completeness_is_what_the_page_computes(enter: Enter, coordinator: User) -> None:
    for state in (State.CONSENTED, State.ENROLLED):
        row = enter(state)
        shown = {each.plan.key: each.timeliness.value == "done" for each in visits_of(row, TODAY)}
        assert flags(row) == shown
    assert flags(row)["screening"]


@pytest.mark.parametrize(
    ("closes_days_ago", "kind"), [(-1, "due"), (1, "overdue"), (60, "overdue"), (61, "missing")]
)
def test_late_is_overdue_and_long_after_it_is_missing(
    enter: Enter, coordinator: User, closes_days_ago: int, kind: str
) -> None:
    row = enter(State.ENROLLED)
    row.visits.exclude(key="baseline").update(not_done_reason="Not here.")
    closes = days_ago(closes_days_ago)
    row.visits.filter(key="baseline").update(
        opens_on=closes - timedelta(days=9), due_on=closes - timedelta(days=3), closes_on=closes
    )
    found = {name for name in due.KINDS if due.waiting(due.visits(coordinator), name, TODAY)}
    assert found == {"waiting", kind}
    shown = {each.plan.key: each.timeliness.value for each in visits_of(row, TODAY)}
    assert shown["baseline"] == kind
