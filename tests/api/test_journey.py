"""The whole way through the API: from a screening to a locked case and its PDF, on a phantom."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

import imaging.tasks  # noqa: F401
import reports.tasks  # noqa: F401  The worker's doors.
from enrollment.protocol.loader import current
from imaging.dicom.phantom_series import write_series
from imaging.nerve.phantom import Phantom, simulate
from studysite.core import jobs
from studysite.core.models import User
from tests.api.calls import ROOT, call, client_of, got
from tests.conftest import HISTORY, SAFE
from tests.imaging.scans import BORN_ON, NAME
from tests.reports.factory import FINDING, READ

PASSWORD = "a long enough password"
PATIENT = "H-JOURNEY"


def done(user: User, method: str, path: str, body: Any = None) -> Any:
    """The JSON of a request that is answered."""
    answer = call(user, method, path, body)
    assert answer.status_code in {200, 201, 202}, (path, answer.content)
    return answer.json()


def fill(user: User, one: str, form: str, visit: str, answers: dict[str, Any]) -> None:
    """Submit a form that nobody has touched."""
    path = f"{one}forms/{form}/{visit}/"
    seen = got(user, path)["revision"]
    body = {"answers": answers, "seen_revision": seen, "submit": True}
    assert done(user, "PUT", path, body)["state"] == "submitted"


def enrol(coordinator: User, investigator: User) -> str:
    """Screen, consent, judge, confirm, enrol; the address of the participant."""
    today = timezone.localdate().isoformat()
    screened = done(
        coordinator, "POST", "participants/",
        {
            "name": "Ouyang Canary", "hospital_number": PATIENT, "birth_on": BORN_ON.isoformat(),
            "sex": "female", "affected_side": "left", "onset": "2019-03", "screened_on": today,
        },
    )  # fmt: skip
    one = f"participants/{screened['number']}/"
    document = got(coordinator, "protocol/")["consent_documents"][-1]
    consent = {"document_version": document["version"], "language": "zh-hans", "signed_on": today}
    done(coordinator, "POST", f"{one}consents/", consent)
    fill(coordinator, one, "mri_safety", "screening", SAFE)
    fill(coordinator, one, "demographics", "screening", HISTORY)
    for row in got(investigator, f"{one}criteria/")["criteria"]:
        if row["judged_by_person"]:
            verdict = "met" if row["kind"] == "inclusion" else "not_met"
            given = {"criterion": row["criterion"], "verdict": verdict, "evidence": "Letter."}
            done(investigator, "POST", f"{one}criteria/", given)
    assert got(investigator, f"{one}eligibility/")["eligible"] is True
    assert done(investigator, "POST", f"{one}eligibility/")["state"] == "eligible"
    enrolled = done(coordinator, "POST", f"{one}enrolment/", {"arm": "3d", "reason": "Next."})
    assert (enrolled["state"], enrolled["enrolment"]["arm"]) == ("enrolled", "3d")
    return one


def send(coordinator: User, files: list[Path]) -> list[dict[str, Any]]:
    """Bring files in, have the worker do its job, and say what became of them."""
    intake = f"intakes/{done(coordinator, 'POST', 'intakes/', {})['id']}/"
    for path in files:
        upload = SimpleUploadedFile(path.name, path.read_bytes())
        answer = client_of(coordinator).post(
            f"{ROOT}{intake}files/", {"file": upload}, format="multipart"
        )
        assert answer.status_code == 201, answer.content
    job = done(coordinator, "POST", f"{intake}close/")["job"]
    jobs.run(job["id"])
    assert got(coordinator, f"jobs/{job['id']}/")["state"] == "done"
    return list(got(coordinator, intake)["outcome"])


def scan(coordinator: User, analyst: User, folder: Path, made: Phantom) -> int:
    """Both expected series in and accepted; the one that is measured."""
    who: dict[str, Any] = {
        "patient_id": PATIENT,
        "patient_name": NAME,
        "birth_date": BORN_ON,
        "study_date": timezone.localdate(),
    }
    assert made.tof is not None
    files = write_series(made.volume, folder / "t2", sequence="ciss", **who)
    files += write_series(made.tof, folder / "tof", sequence="tof", **who)
    outcome = send(coordinator, files)
    assert [line["status"] for line in outcome] == ["stored", "stored"], outcome
    for line in outcome:
        verdict = {"verdict": "accepted", "score": 4}
        done(analyst, "POST", f"series/{line['series']}/quality/", verdict)
    found = {got(analyst, f"series/{line['series']}/")["sequence"]: line for line in outcome}
    return int(found["t2_3d"]["series"])


def measure(analyst: User, series: int, made: Phantom) -> dict[str, Any]:
    """Both nerves from the true ends."""
    asked = done(analyst, "POST", f"series/{series}/measurements/", {"ends": made.truth["ends"]})
    jobs.run(asked["job"]["id"])
    found = got(analyst, f"measurements/{asked['id']}/")
    assert found["state"] == "measured", found
    return dict(found)


def read(readers: list[User], one: str, monitor: User) -> None:
    """The two readers who have the case answer, each alone; they differ, and the third decides."""
    have = [(user, rows[0]) for user in readers if (rows := got(user, "reads/"))]
    assert len(have) == 2
    for (user, case), nvc in zip(have, ("yes", "no"), strict=True):
        path = f"reads/{case['reading_id']}/"
        assert got(user, path)["techniques"] == ["cpr", "mrve"]
        answers = READ | {"left_nvc": nvc}
        if nvc == "no":
            answers["departure_reason"] = "The vessel lies behind the nerve."
        signed = {"answers": answers, "password": PASSWORD}
        assert done(user, "POST", f"{path}lock/", signed)["locked_at"]
    assert got(monitor, one)["state"] == "read"
    third = next(user for user in readers if not got(user, "reads/"))
    (case,) = got(third, "adjudications/")
    path = f"adjudications/{case['reading_id']}/"
    assert got(third, path)["answers"] == {}
    done(third, "POST", path, {"answers": READ, "password": PASSWORD})


def text_of(pdf: bytes) -> str:
    """The text as a reader of the file gets it."""
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


@pytest.mark.slow
def test_a_participant_goes_the_whole_way(
    coordinator: User,
    investigator: User,
    analyst: User,
    reader: User,
    reader_two: User,
    reader_three: User,
    monitor: User,
    data_manager: User,
    tmp_path: Path,
    settings: Any,
) -> None:
    settings.JOB_LEASE_SECONDS = 3600  # Nobody else can take a job over within a test.
    investigator.set_password(PASSWORD)
    investigator.save()
    made = simulate("tof", seed=3)
    one = enrol(coordinator, investigator)
    series = scan(coordinator, analyst, tmp_path, made)
    assert got(monitor, one)["state"] == "quality_checked"

    found = measure(analyst, series, made)
    for side in ("left", "right"):
        nerve, truth = found["result"]["nerves"][side], made.truth["nerves"][side]
        assert nerve["csa_mean_mm2"] == pytest.approx(truth["csa_mean_mm2"], rel=0.05)
        picture = f"measurements/{found['id']}/pictures/{side}/mpr.png"
        assert call(analyst, "GET", picture).content.startswith(b"\x89PNG")

    read([reader, reader_two, reader_three], one, monitor)
    assert got(monitor, one)["state"] == "adjudicated"
    today = timezone.localdate().isoformat()
    fill(investigator, one, "surgical_finding", "surgery", FINDING | {"operated_on": today})
    assert got(monitor, one)["state"] == "surgery_recorded"

    wrong = call(
        investigator, "POST", f"{one}signatures/", {"password": "no", "meaning": "Reviewed"}
    )
    assert (wrong.status_code, wrong.json()["field"]) == (403, "password")
    given = {"password": PASSWORD, "meaning": "Reviewed"}
    assert done(investigator, "POST", f"{one}signatures/", given)["valid"] is True
    locked = done(data_manager, "POST", f"{one}lock/", {"reason": "Case complete"})
    assert locked["state"] == "locked"
    assert [step["state"] for step in locked["steps"]] == [
        "screened", "consented", "eligible", "enrolled", "scanned", "quality_checked", "measured",
        "read", "adjudicated", "surgery_recorded", "signed", "locked",
    ]  # fmt: skip

    asked = done(data_manager, "POST", f"{one}case-summaries/", {"language": "en"})
    jobs.run(asked["job"]["id"])
    document = got(monitor, f"documents/{asked['id']}/")
    assert document["state"] == "made"
    answer: Any = call(monitor, "GET", f"documents/{asked['id']}/file/")
    assert answer["Content-Type"] == "application/pdf"
    words = text_of(b"".join(answer))
    assert locked["number"] in words
    assert "Canary" not in words
    assert PATIENT not in words
    assert current().registry_id in words
    acts = {row["action"] for row in got(monitor, f"{one}history/?limit=200")["results"]}
    assert acts >= {"screen", "record_consent", "enrol", "measure", "sign_case", "lock"}
