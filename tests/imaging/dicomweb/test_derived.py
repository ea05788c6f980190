"""Objects made here, stored and served: to those who may see what they say, and to no reader."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from imaging import storage
from imaging.models import Derived, Instance, Measurement, Read, Series
from imaging.services import measurement as measuring
from imaging.services import shown
from imaging.services.derived import fill_in, objects_of
from imaging.services.scrubbing import scrub, wrong_for
from imaging.services.summaries import summary_object
from studysite.core import jobs
from studysite.core.acts import acting
from studysite.core.models import Act, User
from tests.imaging.conftest import pack_canaries
from tests.imaging.dicomweb.client import client_of
from tests.imaging.results import ENDS, result
from tests.reports.results import make_pictures

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
PDF = b"%PDF-1.7 the case of somebody"


@pytest.fixture
def made(measured: Measurement) -> Measurement:
    """A measured case whose objects were made, by the clock."""
    measured.pictures = make_pictures()
    measured.save(update_fields=["pictures"])
    assert fill_in() == 11
    return measured


@pytest.fixture
def summed(made: Measurement) -> Measurement:
    """The same with a case summary."""
    row = summary_object(
        made.series.participant, PDF, version=1, title="Case summary, en", at=made.at
    )
    assert row is not None
    with acting(None, "test_summary"):
        row.save()
    return made


def modalities(user: User) -> list[str]:
    """What somebody finds by DICOMweb, a series each."""
    return sorted(one["00080060"]["Value"][0] for one in client_of(user).search_for_series())


def test_each_role_finds_what_it_may_see(
    summed: Measurement, analyst: User, investigator: User, monitor: User, coordinator: User,
    data_manager: User, stranger: User, reader: User,
) -> None:  # fmt: skip
    objects = ["OT", "OT", "SEG", "SEG", "SR"]
    assert modalities(analyst) == ["MR", "MR", *objects]
    for user in (investigator, monitor):
        assert modalities(user) == ["DOC", "MR", "MR", *objects]
    for user in (coordinator, data_manager, stranger):
        assert modalities(user) == []


def test_a_reader_finds_slices_alone(summed: Measurement, reader: User) -> None:
    assert Read.objects.filter(reader=reader).exists()
    assert modalities(reader) == ["MR"]


def test_they_are_of_the_study_that_was_measured(made: Measurement, monitor: User) -> None:
    (study,) = client_of(monitor).search_for_studies(
        search_filters={"StudyInstanceUID": made.series.study_uid}
    )
    assert study["00080061"]["Value"] == ["MR", "OT", "SEG", "SR"]
    assert study["00201208"]["Value"] == [sum(s.instances_count for s in Series.objects.filter(
        study_uid=made.series.study_uid)) + 11]  # fmt: skip


def test_what_is_fetched_is_what_is_stored(made: Measurement, monitor: User) -> None:
    client = client_of(monitor)
    for row in Derived.objects.all():
        there = client.retrieve_instance(row.study_uid, row.series_uid, row.uid)
        assert there == pydicom.dcmread(io.BytesIO(storage.scan_bytes(row.sha256)))


def one_of(modality: str) -> tuple[str, str, str]:
    row = Derived.objects.filter(modality=modality).order_by("pk")[0]
    return row.study_uid, row.series_uid, row.uid


def test_a_frame_of_single_bits_is_that_frame(made: Measurement, monitor: User) -> None:
    row = Derived.objects.filter(modality="SEG").order_by("pk")[0]
    stored = pydicom.dcmread(io.BytesIO(storage.scan_bytes(row.sha256)))
    number = int(stored.NumberOfFrames)
    (frame,) = client_of(monitor).retrieve_instance_frames(*one_of("SEG"), [number])
    bits = np.unpackbits(np.frombuffer(frame, np.uint8), bitorder="little")
    wanted = stored.pixel_array.reshape(number, -1)[-1]
    assert (bits[: wanted.size] == wanted).all()
    assert wanted.any()


def test_pictures_are_rendered_in_their_colours(made: Measurement, monitor: User) -> None:
    png = client_of(monitor).retrieve_instance_rendered(*one_of("OT"), media_types=("image/png",))
    row = Derived.objects.get(uid=one_of("OT")[2])
    stored = pydicom.dcmread(io.BytesIO(storage.scan_bytes(row.sha256)))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png))), stored.pixel_array)
    bits = client_of(monitor).retrieve_instance_rendered(*one_of("SEG"), media_types=("image/png",))
    assert Image.open(io.BytesIO(bits)).size == (40, 36)


@pytest.mark.parametrize(("modality", "status"), [("SR", 404), ("DOC", 200)])
def test_what_has_no_pixels_has_no_picture(
    summed: Measurement, monitor: User, modality: str, status: int
) -> None:
    client = client_of(monitor)
    place = "studies/{}/series/{}/instances/{}/rendered".format(*one_of(modality))
    answer = client._session.get(f"{client.base_url}/{place}", headers={"Accept": "*/*"})
    assert answer.status_code == status
    if modality == "DOC":
        assert (answer.content, answer.headers["Content-Type"]) == (PDF, "application/pdf")


def test_metadata_say_all_but_the_document(summed: Measurement, monitor: User) -> None:
    study, series, _uid = one_of("DOC")
    (told,) = client_of(monitor).retrieve_series_metadata(study, series)
    read = pydicom.Dataset.from_json(told)
    assert (read.DocumentTitle, read.PatientID) == (
        "Case summary, en", summed.series.participant.number,
    )  # fmt: skip
    assert "EncapsulatedDocument" not in read
    # The document has the dates as they were, and says so.
    assert read.PatientIdentityRemoved == "NO"


def in_the_zip(user: User, row: Measurement, folder: Path) -> list[str]:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/measurements/{row.pk}/objects.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(folder)
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "DICOMDIR"]
    listed = pydicom.dcmread(folder / "DICOMDIR").DirectoryRecordSequence
    kinds = [record.DirectoryRecordType for record in listed]
    assert len(files) == sum(kind not in ("PATIENT", "STUDY", "SERIES") for kind in kinds)
    return sorted({pydicom.dcmread(path).Modality for path in files})


def test_the_zip_has_the_summary_for_those_who_may_see_it(
    summed: Measurement, monitor: User, analyst: User, tmp_path: Path
) -> None:
    both = ["MR", "OT", "SEG", "SR"]
    assert in_the_zip(monitor, summed, tmp_path / "monitor") == ["DOC", *both]
    assert in_the_zip(analyst, summed, tmp_path / "analyst") == both


def test_the_clock_makes_what_is_lacking_once(made: Measurement) -> None:
    assert fill_in() == 0
    again = {row.uid: row.sha256 for row in objects_of(made)}
    assert set(again) == set(Derived.objects.values_list("uid", flat=True))
    assert Act.objects.filter(action="keep_objects").count() == 1


def test_the_worker_keeps_them_with_the_result(
    accepted: Series, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "_compute", lambda *_given: result())
    monkeypatch.setattr(measuring, "draw", lambda *_given: make_pictures())
    monkeypatch.setattr(measuring, "keep_parts", pack_canaries)
    asked = measuring.ask_measurement(by=analyst, series=accepted, ends=ENDS)
    assert asked.job_id is not None
    jobs.run(asked.job_id)
    assert Derived.objects.filter(measurement=asked).count() == 11
    assert fill_in() == 0


def test_a_damaged_object_is_found_out(made: Measurement, coordinator: User) -> None:
    row = Derived.objects.filter(modality="SR")[0]
    storage.scan_path(row.sha256).write_bytes(b"rot")
    check = scrub()
    assert check.faults == [{"sha256": row.sha256, "what": "changed"}]
    assert wrong_for(coordinator, check) == [made.series.participant.number]


def queries(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as counted:
        ask()
    return len(counted)


@pytest.mark.parametrize("who", ["monitor", "reader"])
def test_a_search_asks_the_database_no_more_often_for_more_series(
    request: pytest.FixtureRequest, made: Measurement, who: str
) -> None:
    user = request.getfixturevalue(who)
    before = queries(lambda: [one.first().attributes() for one in shown.shown_to(user)])
    with acting(None, "test_more"):
        more_of(made, 12)
    found = shown.shown_to(user)
    assert len(found) > 12
    assert queries(lambda: [one.first().attributes() for one in shown.shown_to(user)]) == before


def more_of(measured: Measurement, count: int) -> None:
    """The same case again and again, for its readers too."""
    old = Series.objects.get(pk=measured.series_id)
    first = old.instances.order_by("number")[0]
    for number in range(count):
        series = Series.objects.get(pk=old.pk)
        series.pk, series.uid = None, f"{old.uid}.{number}"
        series.save(force_insert=True)
        image = Instance.objects.get(pk=first.pk)
        image.pk, image.series, image.uid = None, series, f"{first.uid}.{number}"
        image.save(force_insert=True)
    reads = Read.objects.filter(measurement=measured)
    participant = old.participant
    for number in range(count):
        other = type(participant).objects.get(pk=participant.pk)
        other.pk, other.number = None, f"{participant.number}{number}"
        other.save(force_insert=True)
        for read in reads:
            row = Read.objects.get(pk=read.pk)
            row.pk, row.participant, row.reading_id = None, other, f"{read.reading_id[:12]}{number}"
            row.save(force_insert=True)
