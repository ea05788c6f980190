"""What comes in is stored, or waits or is refused with one clear sentence; no byte is lost."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pydicom
import pytest
from django.utils.translation import override

from enrollment.journey import State
from enrollment.models import ExpectedScan, Participant, Query, ScanState
from enrollment.query_words import question_of
from enrollment.services.freezing import freeze, unfreeze
from enrollment.services.queries import close_query
from imaging import storage
from imaging.models import Held, HeldFile, Instance, Intake, Series
from imaging.services.quality import check_quality
from imaging.services.scans import deviations_of
from studysite.core.models import User
from studysite.core.said import say
from tests.conftest import Enter
from tests.imaging.conftest import Bring
from tests.imaging.scans import NAME, write_scan
from tests.imaging.shelf import shelve, shelve_for

PATIENT = "H000001"


def line(intake: Intake) -> dict[str, str]:
    (only,) = intake.outcome
    return only | {"sentence": say(only["sentence"])}


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
    assert line(intake)["sentence"] == "File 1 is not a DICOM file: it lacks the DICM mark."
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


def test_a_scan_of_a_frozen_visit_waits_until_it_thaws(
    bring: Bring, enrolled: Participant, data_manager: User, tmp_path: Path
) -> None:
    frozen = freeze(by=data_manager, participant=enrolled, visit="baseline", reason="Cleaning.")
    files = write_scan(tmp_path, PATIENT)
    found = line(bring(files))
    assert (found["status"], found["code"]) == ("waiting", "closed")
    with override("zh-hans"):
        assert "冻结" in say(only_held().reason)
    unfreeze(by=data_manager, closure=frozen, reason="Cleaned.")
    assert line(bring(files))["status"] == "stored"


def test_a_series_overtaken_by_a_freeze_of_its_visit_waits(
    enrolled: Participant, coordinator: User, data_manager: User
) -> None:
    scan = ExpectedScan.objects.get(visit__participant=enrolled, sequence="t2_3d")
    freeze(by=data_manager, participant=enrolled, visit="baseline", reason="Cleaning.")
    line = shelve_for(scan, coordinator, seed=1)
    assert (line["status"], line["code"]) == ("waiting", "closed")
    assert not Series.objects.exists()


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


def test_a_departure_from_the_protocol_opens_a_query_and_closing_it_waives(
    bring: Bring, enrolled: Participant, data_manager: User, tmp_path: Path
) -> None:
    files = write_scan(tmp_path, PATIENT)
    for path in files:
        changed(path, MagneticFieldStrength="0.5")
    bring(files)
    series = Series.objects.get()
    query = Query.objects.get()
    assert (query.check_code, query.assigned_role) == ("field_strength", "coordinator")
    assert "0.5 T; the protocol asks for" in question_of(query)
    (open_one,) = deviations_of(series)
    assert (open_one.query, open_one.waived) == (query, None)
    close_query(by=data_manager, query=query, text="The only scanner there was.")
    (waived,) = deviations_of(series)
    assert waived.waived is not None
    assert (waived.waived.by, waived.waived.text) == (data_manager, "The only scanner there was.")
