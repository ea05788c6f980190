"""DICOMweb as an independent client sees it, with its default arguments."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from requests import HTTPError

from enrollment.models import Participant
from imaging import storage
from imaging.models import Intake, Measurement, Read, Series
from imaging.services import receiving
from studysite.core import jobs
from studysite.core.models import User
from tests.imaging.dicomweb.client import client_of
from tests.imaging.scans import NAME, write_scan

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
PATIENT = "H000001"


@pytest.fixture
def scan(enrolled: Participant, bring: Any, tmp_path: Path) -> Series:
    """A series that came the whole way in."""
    bring(write_scan(tmp_path, PATIENT))
    return Series.objects.get(participant=enrolled)


def test_a_study_is_found_by_its_subject(scan: Series, monitor: User) -> None:
    number = scan.participant.number
    (found,) = client_of(monitor).search_for_studies(search_filters={"PatientID": number})
    assert found["0020000D"]["Value"] == [scan.study_uid]
    assert found["00201208"]["Value"] == [24]
    for filters in ({"PatientID": "XA-999"}, {"StudyDate": "19000101-19010101"}):
        assert client_of(monitor).search_for_studies(search_filters=filters) == []
    for filters in ({"PatientID": number[:3] + "*"}, {"ModalitiesInStudy": "MR"}):
        assert len(client_of(monitor).search_for_studies(search_filters=filters)) == 1


def test_series_and_instances_are_found(scan: Series, monitor: User) -> None:
    client = client_of(monitor)
    (series,) = client.search_for_series()
    assert series["0020000E"]["Value"] == [scan.uid]
    assert client.search_for_series(scan.study_uid) == [series]
    instances = client.search_for_instances(scan.study_uid, scan.uid)
    assert len(instances) == 24
    page = client.search_for_instances(scan.study_uid, scan.uid, limit=5, offset=20)
    assert page == instances[20:]
    everything = client.search_for_instances(scan.study_uid, limit=10, get_remaining=True)
    assert everything == instances


def test_what_is_fetched_is_what_is_stored(scan: Series, monitor: User) -> None:
    client = client_of(monitor)
    stored = {
        row.uid: pydicom.dcmread(io.BytesIO(storage.scan_bytes(row.sha256)))
        for row in scan.instances.all()
    }
    fetched = client.retrieve_series(scan.study_uid, scan.uid)
    assert {str(one.SOPInstanceUID): one for one in fetched} == stored
    uid, first = next(iter(stored.items()))
    assert client.retrieve_instance(scan.study_uid, scan.uid, uid) == first
    (frame,) = client.retrieve_instance_frames(scan.study_uid, scan.uid, uid, [1])
    assert frame == first.PixelData
    assert len(list(client.retrieve_study(scan.study_uid))) == 24


def test_metadata_say_all_but_the_pixels(scan: Series, monitor: User) -> None:
    metadata = client_of(monitor).retrieve_series_metadata(scan.study_uid, scan.uid)
    assert len(metadata) == 24
    read = pydicom.Dataset.from_json(metadata[0])
    assert read.PatientID == scan.participant.number
    assert "PixelData" not in read
    assert NAME not in str(metadata)


def test_a_rendered_picture_is_one(scan: Series, monitor: User) -> None:
    client, uid = client_of(monitor), scan.instances.all()[0].uid
    picture = client.retrieve_instance_rendered(scan.study_uid, scan.uid, uid)
    assert Image.open(io.BytesIO(picture)).size == (40, 36)
    png = client.retrieve_instance_frames_rendered(
        scan.study_uid, scan.uid, uid, [1], media_types=("image/png",)
    )
    shown = np.asarray(Image.open(io.BytesIO(png)))
    stored = pydicom.dcmread(io.BytesIO(storage.scan_bytes(scan.instances.all()[0].sha256)))
    order = np.argsort(stored.pixel_array, axis=None)
    assert (np.diff(shown.reshape(-1)[order].astype(int)) >= 0).all()


PART = 'multipart/related; type="application/dicom"; transfer-syntax='
ANSWERS = [
    ("studies?Nonsense=1", "*/*", 422),
    ("studies?limit=-1", "*/*", 422),
    ("{i}/frames/0", "*/*", 404),
    ("{i}/frames/2", "*/*", 404),
    ("{i}/frames/x", "*/*", 404),
    ("{i}/frames/1", "*/*", 200),
    ("{i}/frames/1", "image/jpeg", 406),
    ("{i}", f"{PART}1.2.840.10008.1.2.4.50", 406),
    ("{i}", f"{PART}*", 200),
    ("{i}/rendered", "image/gif", 406),
    ("{i}/rendered?window=1,0", "*/*", 422),
    ("{i}/rendered?window=500,900,linear&viewport=20,20", "image/png", 200),
    ("{i}/rendered?viewport=99999,1", "*/*", 422),
]


def place_of(series: Series) -> str:
    first = series.instances.all()[0]
    return f"studies/{series.study_uid}/series/{series.uid}/instances/{first.uid}"


def test_each_request_has_its_answer(scan: Series, monitor: User) -> None:
    client, one = client_of(monitor), place_of(scan)
    for path, accept, status in ANSWERS:
        url = f"{client.base_url}/{path.format(i=one)}"
        answer = client._session.get(url, headers={"Accept": accept})
        assert answer.status_code == status, (path, accept)


def fetched_by(user: User, series: Series) -> list[int]:
    """What somebody gets at every address of a series, by its stored UIDs."""
    one = (
        f"studies/{series.study_uid}/series/{series.uid}/instances/{series.instances.all()[0].uid}"
    )
    study = f"studies/{series.study_uid}"
    paths = [
        study, f"{study}/metadata", f"{study}/series", f"{study}/instances",
        f"{study}/series/{series.uid}", f"{study}/series/{series.uid}/metadata",
        f"{study}/series/{series.uid}/instances", one, f"{one}/metadata", f"{one}/frames/1",
        f"{one}/rendered", f"{one}/frames/1/rendered",
    ]  # fmt: skip
    client = client_of(user)
    return [client._session.get(f"{client.base_url}/{path}").status_code for path in paths]


def test_who_may_not_see_images_finds_none(
    scan: Series, coordinator: User, data_manager: User, administrator: User, stranger: User,
    reader: User, monitor: User,
) -> None:  # fmt: skip
    assert set(fetched_by(monitor, scan)) == {200}
    for user in (coordinator, data_manager, administrator, stranger, reader):
        assert set(fetched_by(user, scan)) == {404}, user
        assert client_of(user).search_for_studies() == []


def test_nobody_in_particular_gets_nothing(scan: Series, monitor: User) -> None:
    client = client_of(monitor)
    del client._session.headers["Authorization"]
    assert client._session.get(f"{client.base_url}/studies").status_code == 401


@pytest.fixture
def read(measured: Measurement, reader: User) -> Read:
    """A case of the arm that is read from slices, in the first reader's worklist."""
    return Read.objects.get(reader=reader)


def test_a_reader_gets_a_blinded_copy(read: Read, reader: User, monitor: User) -> None:
    series = read.measurement.series
    client = client_of(reader)
    (study,) = client.search_for_studies()
    (uid,) = study["0020000D"]["Value"]
    copies = list(client.retrieve_study(uid))
    assert len(copies) == series.instances_count
    told = str(study) + str(client.retrieve_study_metadata(uid)) + "".join(map(str, copies))
    hidden = [series.participant.number, series.uid, series.study_uid, "ClinicalTrialSubjectID"]
    hidden += [row.uid for row in series.instances.all()]
    assert [word for word in hidden if word in told] == []
    for copy in copies:
        assert (copy.PatientID, copy.ClinicalTrialSubjectReadingID) == (read.reading_id,) * 2
        assert [copy.get("StudyDate"), copy.get("ClinicalTrialSiteID")] == ["", ""]
        assert "ClinicalTrialSubjectID" not in copy
    assert set(fetched_by(reader, series)) == {404}


def test_two_readers_of_one_case_get_other_uids(read: Read, reader: User, reader_two: User) -> None:
    uids = [
        {one["00080018"]["Value"][0] for one in client_of(user).search_for_instances()}
        for user in (reader, reader_two)
    ]
    assert [len(found) for found in uids] == [24, 24]
    assert not uids[0] & uids[1]


def test_whose_technique_is_read_from_pictures_gets_no_slices(read: Read, reader: User) -> None:
    Read.objects.filter(pk=read.pk).update(techniques=["cpr", "mrve"])
    assert client_of(reader).search_for_studies() == []


def send(user: User, files: list[Path], size: int = 10**6) -> None:
    client = client_of(user)
    client.set_chunk_size(size)
    client.store_instances([pydicom.dcmread(path) for path in files])


@pytest.fixture
def quiet(settings: Any, tmp_path: Path) -> None:
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.DICOM_QUIET_SECONDS = 0


def closed() -> Intake:
    assert receiving.close_quiet() == 1
    intake = Intake.objects.get()
    jobs.run(intake.job_id)  # type: ignore[arg-type]
    intake.refresh_from_db()
    return intake


@pytest.mark.parametrize("chunk", [10**6, 1000])
def test_what_is_sent_is_stored(
    enrolled: Participant, coordinator: User, unconfined: None, quiet: None, tmp_path: Path,
    chunk: int,
) -> None:  # fmt: skip
    files = write_scan(tmp_path / "scan", PATIENT)
    send(coordinator, files[:10], chunk)
    send(coordinator, files[10:], chunk)
    intake = closed()
    assert [line["code"] for line in intake.outcome] == ["stored"]
    assert (intake.door, intake.by) == ("web", coordinator)
    assert Series.objects.get().instances_count == len(files)


def test_who_may_not_upload_sends_nothing(
    monitor: User, enrolled: Participant, tmp_path: Path
) -> None:
    with pytest.raises(HTTPError, match="403"):
        send(monitor, write_scan(tmp_path / "scan", PATIENT)[:1])
    assert not Intake.objects.exists()
