"""Source data verification: who verifies what, and that a change undoes it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from enrollment.crfs.registry import form_of
from enrollment.journey import State
from enrollment.models import Closure, FormEntry, Participant, Verification
from enrollment.places import Place, PlaceKind, of_form, of_item, of_visit
from enrollment.protocol.definition import VerificationPlan
from enrollment.services.forms import save_form
from enrollment.services.verification import unverify, verify
from enrollment.verification import Standing, progress, standings
from studysite.core.errors import Conflict, Invalid, NotPermitted, NotThere, OutOfOrder
from studysite.core.models import Site, User
from studysite.core.roles import Role
from tests.conftest import SAFE, Enter, person

ALL = VerificationPlan("all", 1.0, "seed")
WEIGHT = of_item("screening", "mri_safety", "weight_kg")
FORM = of_form("screening", "mri_safety")


@pytest.fixture
def row(enter: Enter) -> Participant:
    return enter(State.ENROLLED)


def entry_of(row: Participant, form: str = "mri_safety") -> FormEntry:
    return FormEntry.objects.get(participant=row, form=form)


def line(row: Participant, name: str = "weight_kg") -> Standing:
    found = standings(form_of("mri_safety"), entry_of(row), row.number, ALL)
    return next(each for each in found if each.item.name == name)


def change(row: Participant, by: User, **answers: object) -> None:
    entry = entry_of(row)
    save_form(
        by=by, participant=row, form="mri_safety", visit="screening",
        answers=entry.answers | answers, seen_revision=entry.revision, submit=True,
        reason="Weighed again.",
    )  # fmt: skip


def test_a_monitor_verifies_an_answer(row: Participant, monitor: User) -> None:
    assert line(row).state == "to_verify"
    (made,) = verify(by=monitor, participant=row, place=WEIGHT, seen_revision=1)
    assert (made.value, made.by, made.revision) == (SAFE["weight_kg"], monitor, 1)
    assert (line(row).state, line(row, "pacemaker").state) == ("verified", "to_verify")
    assert verify(by=monitor, participant=row, place=WEIGHT) == []


def test_a_form_verifies_its_answers_and_a_visit_its_forms(row: Participant, monitor: User) -> None:
    verify(by=monitor, participant=row, place=WEIGHT)
    made = verify(by=monitor, participant=row, place=FORM, seen_revision=1)
    asked = len(standings(form_of("mri_safety"), entry_of(row), row.number))
    assert len(made) == asked - 1
    made = verify(by=monitor, participant=row, place=of_visit("screening"))
    assert {each.form for each in made} == {"demographics"}
    assert verify(by=monitor, participant=row, place=of_visit("screening")) == []


def test_a_change_undoes_the_verification_and_shows_the_pair(
    row: Participant, monitor: User, coordinator: User
) -> None:
    verify(by=monitor, participant=row, place=FORM)
    change(row, coordinator, weight_kg=70.0)
    shown = line(row)
    assert (shown.state, shown.verified_answer, shown.answer) == ("undone", "64.5", "70")
    undone = Verification.objects.get(undone_at__isnull=False)
    assert (undone.item, undone.undone_by, undone.undone_to) == ("weight_kg", coordinator, 70.0)
    assert line(row, "pacemaker").state == "verified"
    change(row, coordinator, weight_kg=64.5)
    assert line(row).state == "undone"
    verify(by=monitor, participant=row, place=WEIGHT)
    assert line(row).state == "verified"


def test_a_change_behind_the_services_shows_as_well(row: Participant, monitor: User) -> None:
    verify(by=monitor, participant=row, place=WEIGHT)
    FormEntry.objects.filter(pk=entry_of(row).pk).update(answers=SAFE | {"weight_kg": 99.0})
    assert (line(row).state, line(row).answer) == ("undone", "99")
    verify(by=monitor, participant=row, place=WEIGHT)
    assert line(row).state == "verified"


def test_what_was_changed_meanwhile_is_not_verified_unseen(
    row: Participant, monitor: User, coordinator: User
) -> None:
    change(row, coordinator, weight_kg=70.0)
    for place in (WEIGHT, FORM):
        with pytest.raises(Conflict, match="changed meanwhile"):
            verify(by=monitor, participant=row, place=place, seen_revision=1)


def test_a_verification_is_taken_back_with_a_reason(row: Participant, monitor: User) -> None:
    with pytest.raises(OutOfOrder):
        unverify(by=monitor, participant=row, place=WEIGHT, reason="Mistaken.")
    verify(by=monitor, participant=row, place=WEIGHT)
    with pytest.raises(Invalid):
        unverify(by=monitor, participant=row, place=WEIGHT, reason=" ")
    unverify(by=monitor, participant=row, place=WEIGHT, reason="Another patient's letter.")
    assert line(row).state == "undone"
    assert Verification.objects.count() == 1


def test_only_what_is_there_and_submitted_is_verified(row: Participant, monitor: User) -> None:
    with pytest.raises(OutOfOrder, match="submitted"):
        verify(by=monitor, participant=row, place=of_form("baseline", "severity"))
    with pytest.raises(NotThere, match="not asked"):
        verify(
            by=monitor,
            participant=row,
            place=of_item("screening", "mri_safety", "implant_description"),
        )
    with pytest.raises(NotThere):
        verify(by=monitor, participant=row, place=of_item("screening", "mri_safety", "shoe"))
    with pytest.raises(Invalid):
        verify(by=monitor, participant=row, place=Place(PlaceKind.SCAN, "baseline", name="t2_3d"))


@pytest.mark.parametrize("role", Role)
def test_only_a_monitor_of_the_site_verifies(
    role: Role, row: Participant, site: Site, other_site: Site
) -> None:
    here, there = person(site, role, "here"), person(other_site, role, "there")
    with pytest.raises(NotPermitted):
        verify(by=there, participant=row, place=WEIGHT)
    if role is Role.MONITOR:
        verify(by=here, participant=row, place=WEIGHT)
        unverify(by=here, participant=row, place=WEIGHT, reason="Mistaken.")
        return
    with pytest.raises(NotPermitted):
        verify(by=here, participant=row, place=WEIGHT)
    with pytest.raises(NotPermitted):
        unverify(by=here, participant=row, place=WEIGHT, reason="Mistaken.")


def test_frozen_data_are_verified_and_locked_ones_are_not(
    row: Participant, monitor: User, data_manager: User
) -> None:
    about = {"scope": "participant", "participant": row, "reason": "x", "by": data_manager}
    Closure.objects.create(level="frozen", **about)
    verify(by=monitor, participant=row, place=WEIGHT)
    Closure.objects.create(level="locked", **about)
    with pytest.raises(OutOfOrder, match="locked"):
        verify(by=monitor, participant=row, place=FORM)


def test_progress_counts_by_site_and_form_in_as_many_queries_for_more(
    row: Participant, enter: Enter, monitor: User, coordinator: User
) -> None:
    verify(by=monitor, participant=row, place=FORM)
    change(row, coordinator, weight_kg=70.0)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            progress(monitor, ALL)
        return len(captured)

    by_form = {each.form: each for each in progress(monitor, ALL)}
    safety, history = by_form["mri_safety"], by_form["demographics"]
    assert (safety.site, safety.due, safety.verified, safety.undone) == ("XA", 5, 4, 1)
    assert (history.verified, safety.percent_label, history.percent_label) == (0, "80", "0")
    one = count()
    enter(State.ENROLLED)
    assert count() == one
    assert {each.form: each.due for each in progress(monitor, ALL)}["mri_safety"] == 10


def test_another_sites_data_are_not_counted(row: Participant, other_site: Site) -> None:
    assert progress(person(other_site, Role.MONITOR, "elsewhere"), ALL) == []


def test_the_table_holds_one_verification_of_an_answer(row: Participant, monitor: User) -> None:
    (made,) = verify(by=monitor, participant=row, place=WEIGHT)
    made.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)
