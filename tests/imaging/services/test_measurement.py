"""Asking for a measurement, and the job that does it."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from django.utils import timezone

from enrollment.journey import State
from enrollment.services.closing import Closed
from enrollment.services.enrolment import withdraw
from enrollment.services.freezing import freeze
from imaging import worklist
from imaging.models import Measurement, MeasurementState, Read, Series
from imaging.services import measurement as measuring
from imaging.services.measurement import ask_measurement
from imaging.services.retrying import retry
from studysite.core import jobs
from studysite.core.errors import Conflict, Invalid, NotPermitted, OutOfOrder
from studysite.core.models import Job, JobState, User
from tests.imaging.conftest import Measure
from tests.imaging.results import ENDS, refused, result


def test_a_measurement_takes_the_participant_on_and_gives_the_case_to_two_readers(
    measured: Measurement,
) -> None:
    participant = measured.series.participant
    participant.refresh_from_db()
    assert (measured.state, participant.state) == (MeasurementState.MEASURED, State.MEASURED)
    assert Read.objects.filter(participant=participant).values("reader").distinct().count() == 2


def test_a_refusal_is_a_result_and_takes_nobody_on(accepted: Series, measure: Measure) -> None:
    row = measure(accepted, document=result(left=refused(), right=refused()))
    accepted.participant.refresh_from_db()
    assert row.state == MeasurementState.REFUSED
    assert accepted.participant.state == State.QUALITY_CHECKED
    assert not Read.objects.exists()


def test_a_job_run_twice_changes_nothing(measured: Measurement) -> None:
    before = Measurement.objects.filter(pk=measured.pk).values().get()
    Job.objects.filter(target=measured.pk).update(state="queued", finished_at=None, attempts=0)
    jobs.run(measured.job_id)  # type: ignore[arg-type]
    assert Measurement.objects.filter(pk=measured.pk).values().get() == before
    assert Read.objects.count() == 2


def test_a_job_killed_in_the_middle_is_done_once_by_the_next_worker(
    accepted: Series, analyst: User, reader: User, reader_two: User, measure: Measure
) -> None:
    row = ask_measurement(by=analyst, series=accepted, ends=ENDS)
    assert row.job is not None
    dead = jobs.claim(row.job.pk)
    assert dead is not None
    dead.progress(0.6)
    Job.objects.filter(pk=row.job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict):
        measure(accepted, reason="Impatient.")
    jobs.run(row.job.pk)
    with pytest.raises(jobs.LeaseLost), dead.storing():
        pass
    row.refresh_from_db()
    assert (row.state, Read.objects.count()) == (MeasurementState.MEASURED, 2)


def test_a_result_is_kept_of_somebody_who_left_while_it_was_computed(
    accepted: Series, analyst: User, investigator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "_compute", lambda *_given: result())
    monkeypatch.setattr(measuring, "draw", lambda *_given: {})
    monkeypatch.setattr(measuring, "objects_of", lambda row: [])
    row = ask_measurement(by=analyst, series=accepted, ends=ENDS)
    withdraw(
        by=investigator,
        participant=accepted.participant,
        kind="withdrawn",
        on=timezone.localdate(),
        decided_by="participant",
        data_may_stay=True,
        reason="Moved away.",
    )
    jobs.run(row.job_id)  # type: ignore[arg-type]
    row.refresh_from_db()
    accepted.participant.refresh_from_db()
    assert row.state == MeasurementState.MEASURED
    assert accepted.participant.state == State.WITHDRAWN
    assert not Read.objects.exists()


def test_a_failed_job_says_why_and_is_tried_again(
    accepted: Series, analyst: User, monkeypatch: pytest.MonkeyPatch, measure: Measure
) -> None:
    def out_of_disk(*_given: object) -> None:
        raise OutOfOrder("The disk is full.")

    row = ask_measurement(by=analyst, series=accepted, ends=ENDS)
    monkeypatch.setattr(measuring, "_compute", out_of_disk)
    jobs.run(row.job_id)  # type: ignore[arg-type]
    job = Job.objects.get(target=row.pk, kind="measure")
    assert (job.state, job.message) == (JobState.FAILED, "The disk is full.")
    retry(by=analyst, job=job, site=accepted.participant.site)
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_a_case_with_one_nerve_alone_goes_to_no_reader(
    accepted: Series, measure: Measure, analyst: User, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader answers for both sides and sees pictures of both."""
    both = dict(ENDS)
    right = ENDS.pop("right")
    try:
        measure(accepted)
    finally:
        ENDS["right"] = right
    accepted.participant.refresh_from_db()
    assert accepted.participant.state == State.QUALITY_CHECKED
    assert not Read.objects.exists()
    (item,) = worklist.items(analyst)
    assert item.title == "Set the other nerve's end points"
    assert both == ENDS
    measure(accepted, reason="Now the right one as well.")
    accepted.participant.refresh_from_db()
    assert accepted.participant.state == State.MEASURED
    assert worklist.items(analyst) == []


def test_failed_work_on_a_visit_frozen_since_is_not_tried_again(
    accepted: Series, analyst: User, data_manager: User
) -> None:
    asked = ask_measurement(by=analyst, series=accepted, ends=ENDS)
    Job.objects.filter(pk=asked.job_id).update(state=JobState.FAILED, finished_at=timezone.now())
    person = accepted.participant
    freeze(by=data_manager, participant=person, visit=accepted.scan.visit.key, reason="Cleaning.")
    with pytest.raises(Closed):
        retry(by=analyst, job=Job.objects.get(pk=asked.job_id), site=person.site)


def test_after_a_failed_job_other_end_points_may_be_set(
    accepted: Series, analyst: User, measure: Measure
) -> None:
    first = ask_measurement(by=analyst, series=accepted, ends=ENDS)
    Job.objects.filter(pk=first.job_id).update(state=JobState.FAILED, finished_at=timezone.now())
    assert measure(accepted, reason="The worker failed on these.").version == 2
    failed = Job.objects.get(pk=first.job_id)
    with pytest.raises(OutOfOrder, match="newer version"):
        retry(by=analyst, job=failed, site=accepted.participant.site)


def test_a_further_version_needs_a_reason_and_leaves_the_first(
    measured: Measurement, measure: Measure
) -> None:
    with pytest.raises(Invalid) as refusal:
        measure(measured.series)
    assert refusal.value.field == "reason"
    second = measure(measured.series, reason="The canal end was too deep.")
    assert (measured.version, second.version) == (1, 2)
    assert Measurement.objects.get(pk=measured.pk).result == measured.result


def _with(side: str, end: str, point: object) -> dict[str, dict[str, object]]:
    ends = copy.deepcopy(ENDS)
    ends[side][end] = point  # type: ignore[assignment]
    return ends  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ({}, "End points are set for the left nerve, the right one, or both."),
        (_with("left", "canal_mm", None), "The canal end of the left nerve is not set."),
        (_with("right", "brainstem_mm", [1, 2]), "The brainstem end of the right nerve is not set"),
        (_with("right", "canal_mm", [99, 0, 0]), "The canal end of the right nerve lies outside"),
        (_with("left", "canal_mm", [1, 2, float("nan")]), "The canal end of the left nerve"),
    ],
)
def test_end_points_that_cannot_be_are_refused_in_a_sentence(
    accepted: Series, analyst: User, ends: dict[str, dict[str, object]], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        ask_measurement(by=analyst, series=accepted, ends=ends)


LEFT, RIGHT = ENDS["left"], ENDS["right"]


def _turned(ends: dict[str, list[float]]) -> dict[str, list[float]]:
    return {"brainstem_mm": ends["canal_mm"], "canal_mm": ends["brainstem_mm"]}


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ({"left": RIGHT, "right": LEFT}, "The left nerve runs to the patient's right"),
        ({"left": _turned(LEFT)}, "The left nerve runs to the patient's right"),
        ({"left": LEFT, "right": _turned(RIGHT)}, "The right nerve runs to the patient's left"),
        ({"right": LEFT}, "The right nerve runs to the patient's left"),
        ({"left": LEFT, "right": _turned(LEFT)}, "The left nerve lies to the right"),
        ({"left": _turned(RIGHT), "right": RIGHT}, "The left nerve lies to the right"),
    ],
)
def test_exchanged_sides_and_ends_are_refused(
    accepted: Series, analyst: User, ends: dict[str, dict[str, list[float]]], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        ask_measurement(by=analyst, series=accepted, ends=ends)


def test_one_nerve_alone_can_be_measured(accepted: Series, analyst: User) -> None:
    row = ask_measurement(by=analyst, series=accepted, ends={"left": ENDS["left"]})
    assert set(row.ends) == {"left"}


def test_a_series_that_nobody_accepted_is_not_measured(stored: Series, analyst: User) -> None:
    with pytest.raises(OutOfOrder, match="accepted"):
        ask_measurement(by=analyst, series=stored, ends=ENDS)


def test_the_angiogram_is_not_measured(accepted: Series, analyst: User) -> None:
    tof = Series.objects.get(participant=accepted.participant, sequence="tof_3d")
    with pytest.raises(OutOfOrder, match="does not measure"):
        ask_measurement(by=analyst, series=tof, ends=ENDS)


def test_only_the_analyst_measures(
    accepted: Series, coordinator: User, investigator: User, stranger: User
) -> None:
    for by in (coordinator, investigator, stranger):
        with pytest.raises(NotPermitted):
            ask_measurement(by=by, series=accepted, ends=ENDS)
