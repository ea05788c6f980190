"""What each role finds to do with scans."""

from __future__ import annotations

from pathlib import Path

from enrollment.models import ExpectedScan, Participant
from imaging import worklist
from imaging.models import Intake, IntakeState, Measurement, Read, Series
from imaging.services.cases import cases_of, lock_case
from studysite.core.models import Job, JobState, User
from tests.conftest import PASSWORD, days_ago
from tests.imaging.conftest import Bring, Measure
from tests.imaging.results import answers, refused, result
from tests.imaging.scans import write_scan


def titles(user: User) -> list[str]:
    return [item.title for item in worklist.items(user)]


def test_a_coordinator_looks_after_scans_that_have_not_come(
    enrolled: Participant, coordinator: User
) -> None:
    visit = ExpectedScan.objects.filter(sequence="t2_3d").get().visit
    visit.opens_on, visit.due_on, visit.closes_on = days_ago(9), days_ago(8), days_ago(1)
    visit.save()
    items = worklist.items(coordinator)
    assert [(item.subject, item.overdue) for item in items] == [(enrolled.number, True)] * 2


def test_a_scan_whose_window_has_not_opened_is_no_work_yet(
    enrolled: Participant, coordinator: User
) -> None:
    visit = ExpectedScan.objects.filter(sequence="t2_3d").get().visit
    visit.opens_on, visit.due_on, visit.closes_on = days_ago(-3), days_ago(-4), days_ago(-5)
    visit.save()
    assert titles(coordinator) == []


def test_a_coordinator_settles_what_waits(
    bring: Bring, enrolled: Participant, coordinator: User, analyst: User, tmp_path: Path
) -> None:
    bring(write_scan(tmp_path, "NOBODY"))
    assert "Settle a scan that waits" in titles(coordinator)
    assert titles(analyst) == []


def test_an_arrival_whose_work_failed_is_somebody_s_to_look_at(
    bring: Bring, enrolled: Participant, coordinator: User, monitor: User, tmp_path: Path
) -> None:
    failed = bring(write_scan(tmp_path, "NOBODY"))
    Intake.objects.update(state=IntakeState.WAITING)
    Job.objects.update(state=JobState.FAILED, message="The disk is full.")
    (item,) = [one for one in worklist.items(coordinator) if "failed" in one.title]
    assert (item.detail, item.url) == ("The disk is full.", f"/scans/intakes/{failed.pk}/")
    assert titles(monitor) == []


def test_an_analyst_checks_then_measures(stored: Series, analyst: User, coordinator: User) -> None:
    assert titles(analyst) == ["Check the quality", "Check the quality"]
    assert titles(coordinator) == []


def test_an_accepted_series_waits_for_its_end_points(accepted: Series, analyst: User) -> None:
    assert titles(analyst) == ["Set the end points"]


def test_a_measured_series_is_done(measured: Measurement, analyst: User) -> None:
    assert titles(analyst) == []


def test_a_refused_measurement_comes_back_until_there_is_a_better_one(
    accepted: Series, measure: Measure, analyst: User
) -> None:
    measure(accepted, document=result(left=refused(), right=refused()))
    assert titles(analyst) == ["Look at a refused measurement"]
    measure(accepted, reason="Better ends.")
    assert titles(analyst) == []


def test_a_reader_finds_cases_by_their_reading_ids(measured: Measurement) -> None:
    read = Read.objects.all()[0]
    (item,) = worklist.items(read.reader)
    assert (item.subject, item.title, item.detail) == (read.reading_id, "Read a case", "")
    lock_case(
        by=read.reader, case=cases_of(by=read.reader)[0], answers=answers(), password=PASSWORD
    )
    assert titles(read.reader) == []


def test_another_sites_coordinator_finds_nothing(stored: Series, stranger: User) -> None:
    assert titles(stranger) == []
