"""Blinded reads: two readers, each alone, and a third where they differ."""

from __future__ import annotations

import pytest

from enrollment.journey import State
from enrollment.services.forms import FormInvalid
from imaging.models import Adjudication, Measurement, Read, Series
from imaging.services.cases import Case, cases_of, find_case, lock_case, open_case
from imaging.services.readers import assign_reads, assign_waiting
from studysite.core.errors import NotThere, OutOfOrder
from studysite.core.models import Site, User
from studysite.core.roles import Role
from tests.conftest import PASSWORD, Enter, leave, person
from tests.imaging.conftest import Measure
from tests.imaging.results import answers
from tests.imaging.shelf import shelve


def case_of(reader: User) -> Case:
    (case,) = cases_of(by=reader)
    return case


def readers_of(measured: Measurement) -> list[User]:
    return [read.reader for read in Read.objects.filter(measurement=measured)]


def lock_both(measured: Measurement, second: dict[str, str]) -> None:
    one, two = readers_of(measured)
    lock_case(by=one, case=case_of(one), answers=answers(), password=PASSWORD)
    lock_case(by=two, case=case_of(two), answers=second, password=PASSWORD)


def state_of(measured: Measurement) -> str:
    measured.series.participant.refresh_from_db()
    return measured.series.participant.state


def test_two_readers_who_agree_settle_the_case(measured: Measurement) -> None:
    lock_both(measured, answers(left_vessel="pica"))
    settled = Adjudication.objects.get()
    assert (settled.method, settled.reader) == ("agreement", None)
    assert settled.answers == {"left_nvc": "yes", "right_nvc": "no"}
    assert state_of(measured) == State.ADJUDICATED


def test_where_they_differ_a_third_reader_decides(measured: Measurement) -> None:
    lock_both(measured, answers(left_nvc="no", departure_reason="It only touches."))
    assert state_of(measured) == State.READ
    third = Adjudication.objects.get().reader
    assert third is not None
    assert third not in readers_of(measured)
    lock_case(by=third, case=case_of(third), answers=answers(), password=PASSWORD)
    assert state_of(measured) == State.ADJUDICATED


def test_the_third_reader_sees_a_case_like_any_other(measured: Measurement) -> None:
    lock_both(measured, answers(left_nvc="no", departure_reason="It only touches."))
    third = Adjudication.objects.get().reader
    assert third is not None
    case = case_of(third)
    assert (case.third, case.techniques, case.answers) == (True, ["mpr"], {})
    assert case.reading_id not in set(Read.objects.values_list("reading_id", flat=True))


def test_one_read_alone_settles_nothing(measured: Measurement) -> None:
    one = readers_of(measured)[0]
    lock_case(by=one, case=case_of(one), answers=answers(), password=PASSWORD)
    assert not Adjudication.objects.exists()
    assert state_of(measured) == State.MEASURED


def test_a_locked_read_stays_as_it_is(measured: Measurement) -> None:
    one = readers_of(measured)[0]
    lock_case(by=one, case=case_of(one), answers=answers(), password=PASSWORD)
    with pytest.raises(OutOfOrder, match="locked"):
        lock_case(by=one, case=case_of(one), answers=answers(left_nvc="no"), password=PASSWORD)


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"left_nvc": ""}, "left_nvc"),
        ({"left_vessel": "carotid"}, "left_vessel"),
        ({"right_vessel": "vein"}, "right_vessel"),
        ({"left_nvc": "no"}, "departure_reason"),
    ],
)
def test_answers_that_cannot_be_kept_are_refused_at_their_question(
    measured: Measurement, changes: dict[str, str], item: str
) -> None:
    one = readers_of(measured)[0]
    with pytest.raises(FormInvalid) as refusal:
        lock_case(by=one, case=case_of(one), answers=answers(**changes), password=PASSWORD)
    assert [problem.item for problem in refusal.value.problems] == [item]


def test_a_reader_learns_neither_number_nor_state_of_a_closed_case(
    measured: Measurement, coordinator: User
) -> None:
    one = readers_of(measured)[0]
    case = case_of(one)
    leave(measured.series.participant, coordinator, "withdrawn")
    with pytest.raises(OutOfOrder) as refusal:
        lock_case(by=one, case=case, answers=answers(), password=PASSWORD)
    assert str(refusal.value) == "This case was closed; it needs no read any more."
    assert cases_of(by=one) == []


def test_nobody_else_finds_a_case(measured: Measurement, analyst: User, monitor: User) -> None:
    one, two = readers_of(measured)
    reading_id = case_of(one).reading_id
    for by in (two, analyst, monitor):
        with pytest.raises(NotThere):
            find_case(by=by, reading_id=reading_id)


def test_the_first_look_is_noted_and_kept(measured: Measurement) -> None:
    one = readers_of(measured)[0]
    open_case(by=one, case=case_of(one))
    first = Read.objects.get(reader=one).opened_at
    open_case(by=one, case=case_of(one))
    assert first is not None
    assert Read.objects.get(reader=one).opened_at == first


def test_a_reading_id_says_nothing_of_its_case(measured: Measurement) -> None:
    ids = list(Read.objects.values_list("reading_id", flat=True))
    assert len(set(ids)) == 2
    assert not any(measured.series.participant.number in reading_id for reading_id in ids)


@pytest.mark.parametrize(("arm", "techniques"), [("2d", ["mpr"]), ("3d", ["cpr", "mrve"])])
def test_a_case_is_read_in_the_technique_of_its_arm(
    arm: str, techniques: list[str], enter: Enter, reader: User, analyst: User
) -> None:
    person = enter(State.MEASURED, arm=arm)
    series = shelve(person, "t2_3d", analyst)
    row = Measurement.objects.create(series=series, version=1, ends={}, by=analyst)
    assert assign_reads(person, row)[0].techniques == techniques


def test_a_case_waits_for_readers_that_the_site_has_not_got_yet(
    accepted: Series, measure: Measure, reader: User, site: Site
) -> None:
    measured = measure(accepted)
    assert assign_waiting() == 1
    assert readers_of(measured) == [reader]
    late = person(site, Role.READER, "late_reader")
    assert assign_waiting() == 1
    assert set(readers_of(measured)) == {reader, late}
    assert assign_waiting() == 0


def test_a_late_reader_gets_the_end_points_as_they_were_corrected(
    accepted: Series, measure: Measure, reader: User, site: Site
) -> None:
    """Nobody had the case yet when its end points were corrected."""
    User.objects.filter(pk=reader.pk).update(is_active=False)
    measure(accepted)
    corrected = measure(accepted, reason="The canal end lay in a vessel.")
    User.objects.filter(pk=reader.pk).update(is_active=True)
    assign_waiting()
    assert Read.objects.get().measurement == corrected


def test_two_who_differ_wait_for_a_third(
    accepted: Series, measure: Measure, reader: User, reader_two: User, site: Site
) -> None:
    measured = measure(accepted)
    lock_both(measured, answers(left_nvc="no", departure_reason="It only touches."))
    assert not Adjudication.objects.exists()
    late = person(site, Role.READER, "late_reader")
    assign_waiting()
    assert Adjudication.objects.get().reader == late
    assert assign_waiting() == 0
