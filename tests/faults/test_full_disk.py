"""A disk that is full is said, loses nothing that was acknowledged, and is got over."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.receiver import object_bytes
from tests.faults.storm import Sender, _form
from tests.faults.study import Study
from tests.faults.test_enrolments import web
from tests.postgres import wait_until

LARGE = 600_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB, which a test may enlarge."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.getuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def send(sender: Sender, pk: str, size: int) -> tuple[int, dict]:
    """Send a file to an arrival; the answer."""
    status, body = sender._ask("POST", f"/api/v1/intakes/{pk}/files/", *_form(object_bytes(size)))
    return status, json.loads(body)


def test_a_full_disk_is_said_and_got_over(study: Study, small_disk: Path) -> None:
    study.env["STORAGE_URL"] = small_disk.as_uri()
    key = study.client("storm")
    with web(study) as port, study.worker():
        sender = Sender(port, key, None, 1)
        opened = json.loads(sender._ask("POST", "/api/v1/intakes/", b"{}", "application/json")[1])
        first, kept = send(sender, opened["id"], LARGE)
        assert first == 201
        status, refused = send(sender, opened["id"], LARGE)
        assert (status, refused["code"]) == (507, "no_room")
        assert refused["detail"] == "The disk is full; this file was not kept. Try again later."
        assert not list(small_disk.rglob("*.part"))
        sender.close(opened["id"])
        # There is no room to seal it beside itself: the job says so, and the file waits.
        wait_until(lambda: study.job_state() == "failed", "the job to give up")
        said = study.value("SELECT message FROM core_job")
        assert "The disk is full" in str(said)
        subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
        retry(port, key, str(study.value("SELECT id FROM core_job")))
        wait_until(lambda: study.job_state() == "done", "the job")
    study.folder = small_disk
    study.client("tidy")
    kept_names = {path.name for path in (small_disk / "quarantine").rglob("*") if path.is_file()}
    assert kept_names == {kept["sha256"]}
    assert not list((small_disk / "spool").rglob("*.part"))


def retry(port: int, key: str, job: str) -> None:
    """Try a failed job again, as the page does."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    pk = f"{job[:8]}-{job[8:12]}-{job[12:16]}-{job[16:20]}-{job[20:]}" if "-" not in job else job
    line.request(
        "POST", f"/api/v1/jobs/{pk}/retry/", b"{}",
        {"Authorization": f"Token {key}", "Content-Type": "application/json"},
    )  # fmt: skip
    answer = line.getresponse()
    assert answer.status == 200, answer.read()
    line.close()
