"""An arrival is opened, filled, closed and worked on once, whatever dies meanwhile."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from enrollment.models import Participant
from imaging import storage
from imaging.models import Instance, Intake, IntakeState, Series
from imaging.models.intake import Door
from imaging.services.intake import (
    ABANDONED_AFTER_SECONDS,
    LEFT_AFTER_SECONDS,
    add_file,
    clear_spool,
    close_abandoned,
    close_intake,
    open_intake,
)
from imaging.services.pieces import add_piece
from studysite.core import jobs
from studysite.core.audit.writer import nobody
from studysite.core.errors import Invalid, NotPermitted, OutOfOrder
from studysite.core.models import Job, JobState, User
from tests.imaging.conftest import Bring
from tests.imaging.scans import write_scan

PATIENT = "H000001"


def test_what_a_dead_worker_left_on_the_spool_is_removed(
    bring: Bring, coordinator: User, enrolled: Participant, tmp_path: Path
) -> None:
    done = bring(write_scan(tmp_path, PATIENT))
    left, live = (storage.spool_path(pk, 1).parent for pk in (done.pk, begun(coordinator).pk))
    left.mkdir()
    (left / "000001").write_bytes(b"Ouyang")
    later = timezone.now().timestamp() + LEFT_AFTER_SECONDS
    assert left.exists()
    assert clear_spool(later - 60) == 0
    assert clear_spool(later + 60) >= 1
    assert (left.exists(), live.exists()) == (False, True)


def begun(by: User) -> Intake:
    """An arrival whose sender has not said that this is all."""
    intake = open_intake(by=by, door=Door.UPLOAD)
    add_file(by=by, intake=intake, stream=io.BytesIO(b"one file"))
    return intake


def test_a_second_job_on_an_arrival_changes_nothing(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    intake = bring(write_scan(tmp_path, PATIENT))
    before = (intake.outcome, list(Instance.objects.values_list("sha256", flat=True)))
    Job.objects.filter(target=intake.pk).update(state=JobState.QUEUED, finished_at=None, attempts=0)
    jobs.run(intake.job_id)  # type: ignore[arg-type]
    intake.refresh_from_db()
    assert (intake.outcome, list(Instance.objects.values_list("sha256", flat=True))) == before


def test_an_arrival_whose_worker_died_is_done_by_the_next(
    coordinator: User, enrolled: Participant, unconfined: None, tmp_path: Path
) -> None:
    intake = open_intake(by=coordinator, door=Door.UPLOAD)
    for path in write_scan(tmp_path, PATIENT):
        with path.open("rb") as stream:
            add_file(by=coordinator, intake=intake, stream=stream)
    job = close_intake(by=coordinator, intake=intake).job
    assert job is not None
    dead = jobs.claim(job.pk)
    assert dead is not None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.run(job.pk)
    with pytest.raises(jobs.LeaseLost):
        dead.progress(0.5)
    intake.refresh_from_db()
    assert (intake.state, Series.objects.count()) == (IntakeState.DONE, 1)


def test_an_arrival_without_a_file_is_not_closed(coordinator: User) -> None:
    intake = open_intake(by=coordinator, door=Door.UPLOAD)
    with pytest.raises(Invalid, match="No file has arrived"):
        close_intake(by=coordinator, intake=intake)


def test_a_closed_arrival_takes_no_more_files(
    bring: Bring, enrolled: Participant, coordinator: User, tmp_path: Path
) -> None:
    files = write_scan(tmp_path, PATIENT)
    intake = bring(files)
    with files[0].open("rb") as stream, pytest.raises(OutOfOrder, match="closed"):
        add_file(by=coordinator, intake=intake, stream=stream)


def test_only_some_roles_send_scans_in(
    monitor: User, stranger: User, enrolled: Participant
) -> None:
    for by in (monitor, stranger):
        with pytest.raises(NotPermitted):
            open_intake(by=by, door=Door.UPLOAD, participant=enrolled)


def test_an_upload_that_nobody_ended_is_worked_on_after_a_day(
    coordinator: User, enrolled: Participant, unconfined: None, tmp_path: Path
) -> None:
    """Its originals, names and all, do not lie on the spool for ever."""
    intake = open_intake(by=coordinator, door=Door.UPLOAD)
    for path in write_scan(tmp_path, PATIENT):
        with path.open("rb") as stream:
            add_file(by=coordinator, intake=intake, stream=stream)
    half = open_intake(by=coordinator, door=Door.UPLOAD)
    add_piece(by=coordinator, intake=half, key=uuid4(), at=0, size=9, stream=io.BytesIO(b"Ouyang"))
    a_day_later = timezone.now().timestamp() + ABANDONED_AFTER_SECONDS
    with nobody():
        assert close_abandoned(a_day_later - 3600) == 0
        assert close_abandoned(a_day_later + 60) == 2
        assert close_abandoned(a_day_later + 60) == 0
    intake.refresh_from_db()
    assert intake.job is not None
    jobs.run(intake.job.pk)
    intake.refresh_from_db()
    assert (intake.state, Series.objects.count()) == (IntakeState.DONE, 1)
    assert not storage.spool_path(intake.pk, 1).parent.exists()
    half.refresh_from_db()
    assert (half.state, half.job) == (IntakeState.DONE, None)
    clear_spool(a_day_later + 60)
    assert not storage.spool_path(half.pk, 1).parent.exists()


def test_what_broke_off_in_the_middle_is_not_on_the_spool(coordinator: User) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError(104, "Connection reset by peer")
            return super().read(3)

    intake = open_intake(by=coordinator, door=Door.UPLOAD)
    with pytest.raises(ConnectionResetError):
        add_file(by=coordinator, intake=intake, stream=Broken(b"Ouyang^Lan"))
    assert list(storage.spool_path(intake.pk, 1).parent.iterdir()) == []
