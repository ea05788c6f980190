"""Scans sent by the web, in pieces and all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from enrollment.models import Participant
from imaging import storage
from imaging.models import Intake, IntakeFile, IntakeState
from studysite.core import jobs
from studysite.core.models import Job, JobState, User
from tests.conftest import Enter
from tests.imaging.conftest import Bring
from tests.imaging.scans import write_scan


@pytest.fixture
def sender(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def send(sender: Client, places: dict[str, str], content: bytes, **more: object) -> HttpResponse:
    """One file, or what is left of it from `at` on."""
    asked = {"at": 0, "size": len(content)} | more
    key = asked.pop("key", uuid4())
    url = f"{places['pieces'].replace('KEY', str(key))}?{urlencode(asked)}"
    return sender.post(url, content, content_type="application/octet-stream")


def file(content: bytes = b"x" * 300, name: str = "ZHANG_SAN.dcm") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_files_follow_one_by_one_and_wait_for_the_worker(sender: Client, site: object) -> None:
    places = sender.post(reverse("imaging:open")).json()
    for number in (1, 2):
        assert send(sender, places, b"%d" % number).json() == {
            "at": 1,
            "whole": True,
            "number": number,
        }
    assert sender.post(places["close"])["Location"] == places["page"]
    intake = Intake.objects.get()
    assert (intake.state, intake.files.count()) == (IntakeState.WAITING, 2)
    assert intake.job is not None
    assert storage.spool_path(intake.pk, 2).read_bytes() == b"2"


def test_the_senders_file_name_is_kept_nowhere(sender: Client) -> None:
    files = [file(name="ZHANG_SAN_1980.dcm")]
    sender.post(reverse("imaging:upload"), {"participant": "", "files": files})
    assert "ZHANG" not in str(IntakeFile.objects.values().get())
    folder = storage.spool_path(Intake.objects.get().pk, 1).parent
    assert not [path for path in folder.iterdir() if "ZHANG" in path.name]


def test_a_plain_form_sends_everything_at_once(sender: Client, enrolled: Participant) -> None:
    answer = sender.post(
        reverse("imaging:upload"),
        {"participant": enrolled.number, "files": [file(b"1"), file(b"2")]},
    )
    intake = Intake.objects.get()
    assert answer["Location"] == reverse("imaging:arrival", args=[intake.pk])
    assert (intake.participant, intake.files.count()) == (enrolled, 2)


def test_a_plain_form_without_a_file_says_so(sender: Client) -> None:
    answer = sender.post(reverse("imaging:upload"), {"participant": ""})
    assert answer.status_code == 422
    assert "No file was chosen." in answer.content.decode()
    assert not Intake.objects.exists()


def test_the_form_offers_whose_scan_is_awaited(
    sender: Client, enter: Enter, enrolled: Participant
) -> None:
    screened = enter()
    page = sender.get(reverse("imaging:upload"), {"participant": enrolled.number}).content.decode()
    assert f'<option value="{enrolled.number}" selected>' in page
    assert screened.number not in page


def test_a_participant_of_nobodys_is_refused_with_a_sentence(sender: Client) -> None:
    answer = sender.post(reverse("imaging:open"), {"participant": "XA-999"})
    assert answer.status_code == 422
    assert "XA-999" in answer.json()["sentence"]


def test_a_file_after_the_end_is_refused_with_a_sentence(sender: Client) -> None:
    places = sender.post(reverse("imaging:open")).json()
    send(sender, places, b"x")
    sender.post(places["close"])
    answer = send(sender, places, b"y")
    assert (answer.status_code, answer.json()["code"]) == (409, "out_of_order")
    assert "closed" in answer.json()["sentence"]


@pytest.mark.parametrize(
    "wrong", [{"at": ""}, {"at": -1}, {"size": "9" * 16}, {"at": 7, "size": 6}]
)
def test_a_piece_that_is_of_no_file_is_refused_with_a_sentence(
    sender: Client, wrong: dict[str, object]
) -> None:
    answer = send(sender, sender.post(reverse("imaging:open")).json(), b"x", **wrong)
    assert answer.status_code == 422
    assert answer.json()["sentence"].endswith(".")


def test_a_file_larger_than_the_site_takes_is_refused_before_its_first_byte(
    sender: Client, settings: Any
) -> None:
    settings.INTAKE_MAX_BYTES = 10
    answer = send(sender, sender.post(reverse("imaging:open")).json(), b"x" * 11)
    assert (answer.status_code, answer.json()["code"]) == (422, "too_large")


def test_a_cut_file_goes_on_where_it_was(sender: Client) -> None:
    places, key = sender.post(reverse("imaging:open")).json(), uuid4()
    half = send(sender, places, b"abc", size=6, key=key).json()
    assert half == {"at": 3, "whole": False, "number": None}
    url = places["pieces"].replace("KEY", str(key))
    assert sender.get(url).json() == half
    assert not IntakeFile.objects.exists()
    assert send(sender, places, b"def", at=3, size=6, key=key).json() == {
        "at": 6,
        "whole": True,
        "number": 1,
    }
    assert storage.spool_path(Intake.objects.get().pk, 1).read_bytes() == b"abcdef"
    assert sender.get(url).json() == {"at": 6, "whole": True, "number": 1}


def test_an_upload_that_has_not_ended_is_offered_to_who_began_it(
    sender: Client, client: Client, analyst: User
) -> None:
    places = sender.post(reverse("imaging:open")).json()
    send(sender, places, b"x")
    page = sender.get(reverse("imaging:upload")).content.decode()
    assert "1 file has arrived" in page
    assert f'data-pieces="{places["pieces"]}"' in page
    client.force_login(analyst)
    assert places["pieces"] not in client.get(reverse("imaging:upload")).content.decode()
    client.force_login(Intake.objects.get().by)
    client.post(places["close"])
    assert places["pieces"] not in client.get(reverse("imaging:upload")).content.decode()


def test_the_page_of_an_arrival_says_what_became_of_it(
    sender: Client, bring: Bring, enrolled: Participant, tmp_path: Path
) -> None:
    (tmp_path / "letter.dcm").write_text("Dear radiologist")
    files = [*write_scan(tmp_path / "scan", "H000001"), tmp_path / "letter.dcm"]
    intake = bring(files)
    page = sender.get(reverse("imaging:arrival", args=[intake.pk])).content.decode()
    assert f"stored for {enrolled.number}." in page
    assert "it lacks the DICM mark" in page
    assert "letter" not in page


def test_an_arrival_under_way_asks_for_itself(sender: Client) -> None:
    places = sender.post(reverse("imaging:open")).json()
    send(sender, places, b"x" * 300)
    sender.post(places["close"])
    part = sender.get(places["page"], headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{places["page"]}"' in part
    assert "<html" not in part


def test_a_failed_job_is_tried_again_from_its_page(sender: Client) -> None:
    places = sender.post(reverse("imaging:open")).json()
    send(sender, places, b"x" * 300)
    sender.post(places["close"])
    job = Job.objects.get()
    held = jobs.claim(job.pk)
    assert held is not None
    jobs._fail(held, "The disk is full.")
    assert "The disk is full." in sender.get(places["page"]).content.decode()
    intake = Intake.objects.get()
    sender.post(reverse("imaging:retry_arrival", args=[intake.pk]))
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
