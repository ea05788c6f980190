"""A check that looks at another form is asked again when that form changes."""

from __future__ import annotations

import pytest
from django.utils import timezone

from enrollment.journey import State
from enrollment.models import Participant, Query, Visit
from enrollment.services.forms import save_form
from studysite.core.models import User
from tests.conftest import Enter, days_ago
from tests.reports.answers import FINDING

SEEN = {
    "seen_on": timezone.localdate().isoformat(),
    "contact": "clinic",
    "spasm": "gone",
    "complications": ["none"],
    "botulinum_since": "no",
    "operated_again": "no",
}


@pytest.fixture
def row(enter: Enter) -> Participant:
    return enter(State.ENROLLED, screened_on=days_ago(20))


def follow_up(row: Participant, by: User, day: str) -> None:
    """The follow-up form at discharge."""
    Visit.objects.filter(participant=row).update(opens_on=days_ago(30))
    answers = SEEN | {"seen_on": day}
    save_form(
        by=by, participant=row, form="follow_up", visit="discharge", answers=answers,
        seen_revision=0, submit=True,
    )  # fmt: skip


def operation(row: Participant, by: User, day: str, seen: int) -> None:
    """The surgical finding, with its day."""
    save_form(
        by=by, participant=row, form="surgical_finding", visit="surgery",
        answers=FINDING | {"operated_on": day}, seen_revision=seen, submit=True,
        reason="As in the theatre's book." if seen else "",
    )  # fmt: skip


def queries(row: Participant) -> list[tuple[str, str, str, str]]:
    found = Query.objects.filter(participant=row, origin="automatic").order_by("pk")
    return [(each.form, each.name, each.check_code, each.state) for each in found]


def test_a_later_operation_asks_about_the_follow_up_before_it(
    row: Participant, coordinator: User, investigator: User
) -> None:
    follow_up(row, coordinator, days_ago(3).isoformat())
    assert queries(row) == []
    operation(row, investigator, days_ago(1).isoformat(), 0)
    assert queries(row) == [("follow_up", "seen_on", "check.before_surgery", "open")]
    operation(row, investigator, days_ago(5).isoformat(), 1)
    assert queries(row) == [("follow_up", "seen_on", "check.before_surgery", "closed")]
    operation(row, investigator, days_ago(1).isoformat(), 2)
    assert queries(row) == [("follow_up", "seen_on", "check.before_surgery", "reopened")]


def test_the_follow_up_itself_stays_as_it_was_submitted(
    row: Participant, coordinator: User, investigator: User
) -> None:
    follow_up(row, coordinator, days_ago(3).isoformat())
    before = row.entries.get(form="follow_up")
    operation(row, investigator, days_ago(1).isoformat(), 0)
    after = row.entries.get(form="follow_up")
    assert (after.revision, after.answers, after.at) == (before.revision, before.answers, before.at)


def test_a_reason_given_at_the_form_itself_still_answers(
    row: Participant, coordinator: User, investigator: User
) -> None:
    operation(row, investigator, days_ago(1).isoformat(), 0)
    answers = SEEN | {"seen_on": days_ago(3).isoformat()}
    Visit.objects.filter(participant=row).update(opens_on=days_ago(30))
    save_form(
        by=coordinator, participant=row, form="follow_up", visit="discharge", answers=answers,
        seen_revision=0, submit=True,
        remarks={"seen_on.check.before_surgery": "Seen at admission."},
    )  # fmt: skip
    assert queries(row) == [("follow_up", "seen_on", "check.before_surgery", "answered")]
    operation(row, investigator, days_ago(2).isoformat(), 1)
    assert queries(row) == [("follow_up", "seen_on", "check.before_surgery", "answered")]
