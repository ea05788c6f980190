"""A paired design's second session, and reads that are given again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from enrollment.protocol import loader
from enrollment.protocol.definition import Protocol, ReadingPlan
from imaging.models import Adjudication, Measurement, Read, Session
from imaging.services.cases import cases_of, lock_case
from imaging.services.sessions import assign_later, reads_to_come
from studysite.core.models import User
from tests.conftest import PASSWORD, leave
from tests.imaging.results import answers


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch):
    """The protocol in force with another reading plan."""
    known: Protocol = loader.current()

    def use(**changes: object) -> ReadingPlan:
        changed = replace(known, reading=replace(known.reading, **changes))
        for place in (
            "imaging.services.sessions.current",
            "imaging.services.reading.current",
            "imaging.services.readers.current",
            "imaging.services.training.current",
        ):
            monkeypatch.setattr(place, lambda: changed)
        return changed.reading

    return use


def open_of(reader: User):
    return [case for case in cases_of(by=reader) if case.locked_at is None]


def lock_all(measured: Measurement, *, second: dict[str, str] | None = None) -> None:
    """Every open read, the second reader's with these answers."""
    for number, read in enumerate(Read.objects.filter(locked_at=None).order_by("reader")):
        (case,) = [c for c in open_of(read.reader) if c.reading_id == read.reading_id]
        given = second if number and second else answers()
        lock_case(by=read.reader, case=case, answers=given, password=PASSWORD)


def age(days: int) -> None:
    """Move every lock into the past."""
    Read.objects.exclude(locked_at=None).update(locked_at=timezone.now() - timedelta(days=days))


def test_a_design_by_arm_has_no_second_session(measured: Measurement, plan) -> None:
    plan(repeat_share=0.0)
    lock_all(measured)
    age(400)
    assert assign_later() == 0
    assert Read.objects.count() == 2


def test_a_paired_case_is_read_again_in_the_other_technique(measured: Measurement, plan) -> None:
    plan(design="paired", washout_days=28, repeat_share=0.0)
    lock_all(measured)
    age(27)
    assert assign_later() == 0
    age(28)
    assert assign_later() == 1
    first = Read.objects.filter(session=Session.REGISTERED)
    later = Read.objects.filter(session=Session.OTHER)
    assert {read.reader for read in later} == {read.reader for read in first}
    assert {tuple(read.techniques) for read in later} == {("cpr", "mrve")}
    assert not {read.reading_id for read in later} & {read.reading_id for read in first}
    assert assign_later() == 0


def test_one_open_read_keeps_the_second_session_waiting(measured: Measurement, plan) -> None:
    plan(design="paired", washout_days=0, repeat_share=0.0)
    read = Read.objects.filter(measurement=measured)[0]
    lock_case(by=read.reader, case=open_of(read.reader)[0], answers=answers(), password=PASSWORD)
    assert assign_later() == 0


def test_a_second_session_settles_by_itself_and_moves_nobody_on(
    measured: Measurement, plan
) -> None:
    plan(design="paired", washout_days=0, repeat_share=0.0)
    lock_all(measured)
    person = measured.series.participant
    person.refresh_from_db()
    before = person.state
    assign_later()
    lock_all(measured)
    person.refresh_from_db()
    assert person.state == before
    methods = Adjudication.objects.order_by("session").values_list("session", "method")
    assert list(methods) == [(1, "agreement"), (2, "agreement")]


def test_where_a_second_session_differs_a_third_decides_it(measured: Measurement, plan) -> None:
    plan(design="paired", washout_days=0, repeat_share=0.0)
    lock_all(measured)
    assign_later()
    lock_all(measured, second=answers(left_nvc="no", departure_reason="It only touches."))
    asked = Adjudication.objects.get(session=Session.OTHER)
    assert asked.method == "third_reader"
    assert asked.reader is not None
    (case,) = open_of(asked.reader)
    assert case.techniques == ["cpr", "mrve"]
    lock_case(by=asked.reader, case=case, answers=answers(), password=PASSWORD)
    asked.refresh_from_db()
    assert asked.at is not None


def test_a_share_is_read_again_by_the_same_reader(measured: Measurement, plan) -> None:
    plan(repeat_share=1.0, repeat_after_days=28)
    lock_all(measured)
    age(27)
    assert assign_later() == 0
    age(28)
    assert assign_later() == 1
    again = Read.objects.filter(repeat=True)
    assert {read.reader for read in again} == {read.reader for read in Read.objects.all()}
    assert {tuple(read.techniques) for read in again} == {("mpr",)}
    assert assign_later() == 0


def test_a_repeated_read_changes_nothing_that_is_settled(measured: Measurement, plan) -> None:
    plan(repeat_share=1.0, repeat_after_days=0)
    lock_all(measured)
    settled = list(Adjudication.objects.values())
    assign_later()
    lock_all(measured, second=answers(left_nvc="no", departure_reason="It only touches."))
    assert list(Adjudication.objects.values()) == settled


def test_nobody_reads_later_whoever_left(measured: Measurement, plan, coordinator: User) -> None:
    plan(design="paired", washout_days=0, repeat_share=1.0, repeat_after_days=0)
    lock_all(measured)
    leave(measured.series.participant, coordinator, "withdrawn")
    assert assign_later() == 0


def test_what_is_still_to_come_is_counted(measured: Measurement, plan) -> None:
    person = measured.series.participant
    plan(design="paired", washout_days=28, repeat_share=0.0)
    assert reads_to_come(person) == 4  # two open, and two of the second session
    lock_all(measured)
    assert reads_to_come(person) == 2
    plan(repeat_share=1.0, repeat_after_days=28)
    assert (reads_to_come(person), reads_to_come()) == (2, 2)
    age(28)
    assign_later()
    assert reads_to_come(person) == 2
    lock_all(measured)
    assert reads_to_come(person) == 0


def test_an_open_third_read_is_still_to_come(measured: Measurement, plan) -> None:
    plan(repeat_share=0.0)
    lock_all(measured, second=answers(left_nvc="no", departure_reason="It only touches."))
    assert reads_to_come(measured.series.participant) == 1


def test_nothing_is_to_come_of_whoever_left(measured: Measurement, plan, coordinator: User) -> None:
    plan(repeat_share=1.0)
    leave(measured.series.participant, coordinator, "withdrawn")
    assert reads_to_come() == 0
