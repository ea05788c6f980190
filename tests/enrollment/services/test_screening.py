"""Screening gives a number and seals the identity."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrollment import vault
from enrollment.models import Identity, Participant
from studysite.core.errors import Invalid, StudyError
from studysite.core.models import Act, Site, User
from tests.conftest import Enter, screened

TOMORROW = timezone.localdate() + timedelta(days=1)


def named(**values: object) -> vault.Person:
    known = {"name": "Li Si", "hospital_number": "H7", "birth_on": date(1980, 5, 17)}
    return vault.Person(**(known | values))  # type: ignore[arg-type]


def test_numbers_run_from_one_at_each_site_and_are_not_reused(
    enter: Enter, other_site: Site, stranger: User, coordinator: User, site: Site
) -> None:
    first, second = enter(), enter()
    with pytest.raises(StudyError):
        screened(coordinator, site, 1)  # The same hospital number.
    third, elsewhere = enter(), screened(stranger, other_site, 99)
    numbers = [row.number for row in (first, second, third, elsewhere)]
    assert numbers == ["XA-001", "XA-002", "XA-003", "PK-001"]


def test_study_rows_hold_the_year_of_birth_alone(enter: Enter) -> None:
    row = enter(person=named())
    stored = Participant.objects.filter(pk=row.pk).values().get()
    assert stored["year_of_birth"] == 1980
    assert not {"Li Si", "H7", date(1980, 5, 17)} & set(stored.values())
    assert vault.reveal(row.number).name == "Li Si"


def test_screening_is_an_act_a_step_and_a_visit(enter: Enter, coordinator: User) -> None:
    row = enter()
    act = Act.objects.get(subject=row.number)
    assert (act.by, act.action) == (coordinator, "screen")
    step = row.steps.get()
    assert (step.state, step.by) == ("screened", coordinator)
    assert [visit.key for visit in row.visits.all()] == ["screening"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"person": named(birth_on=TOMORROW)}, "birth_on"),
        ({"person": named(birth_on=date(1899, 12, 31))}, "birth_on"),
        ({"person": named(birth_on=None)}, "birth_on"),
        ({"person": named(name="  ")}, "name"),
        ({"person": named(hospital_number=" ")}, "hospital_number"),
        ({"screened_on": TOMORROW}, "screened_on"),
        ({"sex": "no"}, "sex"),
        ({"affected_side": "top"}, "affected_side"),
        ({"onset": "last year"}, "onset"),
        ({"onset": "2999"}, "onset"),
        ({"onset": "1979"}, "onset"),
    ],
)
def test_what_cannot_be_right_is_refused_and_leaves_nothing(
    enter: Enter, site: Site, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        enter(**change)
    assert refusal.value.field == field
    assert not Participant.objects.exists()
    assert not Identity.objects.exists()
    assert not Act.objects.filter(outcome="done").exists()
    site.refresh_from_db()
    assert site.last_number == 0
