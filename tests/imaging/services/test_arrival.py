"""What comes in is stored, or waits or is refused with one clear sentence; no byte is lost."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pydicom
import pytest
from django.utils import timezone

from enrollment.journey import State
from enrollment.models import ExpectedScan, Participant, ScanState
from imaging import storage
from imaging.models import Held, HeldFile, Instance, Intake, IntakeState, Series
from imaging.models.intake import Door
from imaging.services.intake import (
    LEFT_AFTER_SECONDS,
    add_file,
    clear_spool,
    close_intake,
    open_intake,
)
from imaging.services.quality import check_quality
from studysite.core import jobs
from studysite.core.errors import Invalid, NotPermitted, OutOfOrder
from studysite.core.models import Job, JobState, User
from tests.conftest import Enter
from tests.imaging.conftest import Bring
from tests.imaging.scans import NAME, write_scan
from tests.imaging.shelf import shelve, shelve_for

PATIENT = "H000001"


def line(intake: Intake) -> dict[str, str]:
    (only,) = intake.outcome
    return only


def kept_as_they_came(held: Held, files: list[Path]) -> bool:
    """Whether quarantine holds exactly the bytes that were sent."""
    unsealed = {storage.unseal(row.sha256) for row in HeldFile.objects.filter(held=held)}
    return unsealed == {path.read_bytes() for path in files}


def only_held() -> Held:
    return Held.objects.get()


def changed(path: Path, **values: object) -> None:
    """Write other values into a DICOM file."""
    dataset = pydicom.dcmread(path)
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)


def test_an_expected_series_is_stored_without_its_identity(
    bring_confined: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    intake = bring_confined(write_scan(tmp_path, PATIENT))
    assert line(intake)["status"] == "stored"
    series = Series.objects.get(participant=enrolled)
    assert (series.sequence, series.size, series.instances_count) == ("t2_3d", [40, 36, 24], 24)
    for row in series.instances.all():
        content = storage.scan_path(row.sha256).read_bytes()
        assert enrolled.number.encode() in content
        assert not [word for word in (NAME, PATIENT, "Ouyang") if word.encode() in content]


def test_a_stored_series_moves_its_expected_scan(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    bring(write_scan(tmp_path / "t2", PATIENT))
    assert ExpectedScan.objects.get(sequence="t2_3d").state == ScanState.RECEIVED
    enrolled.refresh_from_db()
    assert enrolled.state == State.ENROLLED
    bring(write_scan(tmp_path / "tof", PATIENT, sequence="tof"))
    enrolled.refresh_from_db()
    assert enrolled.state == State.SCANNED


def test_nothing_of_an_arrival_stays_on_the_spool(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    intake = bring(write_scan(tmp_path, PATIENT))
    assert not storage.spool_path(intake.pk, 1).parent.exists()


def test_a_text_file_is_refused_in_a_sentence(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    path = tmp_path / "IM1.dcm"
    path.write_text("Dear radiologist, see attached.")
    intake = bring([path], enrolled)
    assert line(intake)["status"] == "refused"
    assert line(intake)["sentence"] == "The file is not a DICOM file: it lacks the DICM mark."
    assert kept_as_they_came(only_held(), [path])


def test_a_ct_waits(bring: Bring, enrolled: Participant, tmp_path: Path) -> None:
    files = write_scan(tmp_path, PATIENT)
    for path in files:
        changed(path, Modality="CT", SOPClassUID="1.2.840.10008.5.1.4.1.1.2")
    intake = bring(files)
    assert line(intake)["status"] == "waiting"
    assert "CT" in line(intake)["sentence"]
    assert kept_as_they_came(only_held(), files)
    assert not Series.objects.exists()


def test_a_truncated_file_is_refused_and_the_rest_waits(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    files = write_scan(tmp_path, PATIENT)
    files[7].write_bytes(files[7].read_bytes()[:-500])
    intake = bring(files)
    assert sorted(row["code"] for row in intake.outcome) == ["missing_slices", "truncated"]
    assert not Series.objects.exists()
    sealed = {storage.unseal(row.sha256) for row in HeldFile.objects.all()}
    assert sealed == {path.read_bytes() for path in files}


def test_a_scan_of_another_participant_waits(
    bring: Bring, enrolled: Participant, enter: Enter, tmp_path: Path
) -> None:
    enter(State.ENROLLED)
    files = write_scan(tmp_path, "H000002")
    intake = bring(files, enrolled)
    assert line(intake)["code"] == "another_participant"
    assert line(intake)["sentence"] == "The scan belongs to another participant."
    assert kept_as_they_came(only_held(), files)


def test_a_scan_of_nobody_waits(bring: Bring, enrolled: Participant, tmp_path: Path) -> None:
    files = write_scan(tmp_path, "SOMEBODY-ELSE")
    assert line(bring(files))["code"] == "no_participant"
    assert kept_as_they_came(only_held(), files)
    assert "SOMEBODY" not in only_held().reason


@pytest.mark.parametrize("state", [State.CONSENTED, State.WITHDRAWN])
def test_a_scan_of_somebody_who_is_not_enrolled_waits(
    bring: Bring, enter: Enter, tmp_path: Path, state: State
) -> None:
    person = enter(state)
    files = write_scan(tmp_path, PATIENT)
    assert line(bring(files))["code"] == "not_enrolled"
    assert person.number in only_held().reason
    assert kept_as_they_came(only_held(), files)


def test_two_patients_in_one_study_stop_it(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    files = write_scan(tmp_path, PATIENT)
    changed(files[3], PatientID="H000002")
    assert line(bring(files))["code"] == "mixed_patients"
    assert kept_as_they_came(only_held(), files)
    assert not Series.objects.exists()


def test_the_same_series_twice_is_one_series(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    files = write_scan(tmp_path, PATIENT)
    bring(files)
    assert line(bring(files))["code"] == "already"
    assert (Series.objects.count(), Instance.objects.count()) == (1, len(files))
    assert not Held.objects.exists()


def test_the_same_files_twice_in_one_arrival_are_one_series(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    files = write_scan(tmp_path, PATIENT)
    assert line(bring([*files, *files]))["code"] == "stored"
    assert Instance.objects.count() == len(files)


def test_a_series_overtaken_by_a_verdict_waits(
    enrolled: Participant, coordinator: User, analyst: User
) -> None:
    """While a second series was worked on, the first one was accepted."""
    first = shelve(enrolled, "t2_3d", coordinator)
    late = ExpectedScan.objects.get(pk=first.scan_id)
    check_quality(by=analyst, series=first, verdict="accepted", score=4, remarks="")
    line = shelve_for(late, coordinator, seed=2)
    assert (line["status"], line["code"]) == ("waiting", "not_expected")
    late.refresh_from_db()
    assert late.state == ScanState.ACCEPTED
    assert Series.objects.count() == 1


def test_other_bytes_under_a_known_identifier_are_a_conflict(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    files = write_scan(tmp_path, PATIENT)
    bring(files)
    for path in files:
        changed(path, ImageComments="again")
    assert line(bring(files))["code"] == "conflict"
    assert kept_as_they_came(only_held(), files)
    assert Series.objects.count() == 1


def test_a_zip_is_unpacked(bring: Bring, enrolled: Participant, tmp_path: Path) -> None:
    files = write_scan(tmp_path / "scan", PATIENT)
    with zipfile.ZipFile(tmp_path / "scan.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, f"DICOM/{path.name}")
    assert line(bring([tmp_path / "scan.zip"]))["status"] == "stored"
    assert Instance.objects.count() == len(files)


def test_of_a_bad_archive_nothing_is_stored(
    bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    files = write_scan(tmp_path / "scan", PATIENT)
    with zipfile.ZipFile(tmp_path / "scan.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, f"DICOM/{path.name}")
        archive.writestr("Ouyang Canary.zip", b"PK\x03\x04 and more")
    intake = bring([tmp_path / "scan.zip"])
    assert line(intake)["code"] == "nested"
    assert "Ouyang" not in line(intake)["sentence"]
    assert kept_as_they_came(only_held(), [tmp_path / "scan.zip"])
    assert not Series.objects.exists()


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
