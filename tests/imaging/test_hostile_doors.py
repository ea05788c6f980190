"""Hostile files and mutants through the three doors: each is refused by itself, and soon, none is
lost, and who takes them in grows by no more than their size."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token

from imaging import storage
from imaging.dicom.web.multipart import written
from imaging.models import HeldFile, Intake, IntakeState, Series
from imaging.services import receiving
from imaging.services.peers import add_peer
from studysite.core import jobs
from studysite.core.models import Site, User
from tests.imaging.dicom.instances import instance, part10
from tests.imaging.dicom.test_bounds import HOSTILE
from tests.imaging.dicom.test_mutants import mutant

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
MUTANTS = [mutant(random.Random(seed), part10(instance(seed))) for seed in range(20)]
FILES = [content for content, _code in HOSTILE.values() if content] + MUTANTS
GROWS_BY_KIB = 64 << 10
SOON_S = 2.0
BOUNDARY = b"no-file-has-this-in-it"


Send = Callable[[], None]


def by_network(sender: User) -> Send:
    """As the receiver's process does with what one association sends."""
    return _store


def _store() -> None:
    desk = receiving.NetworkDesk()
    assert desk.refusal("SCANNER", "STUDYSITE", "127.0.0.1") is None
    for content in FILES:
        arriving = desk.begin()
        arriving.write(content)
        arriving.keep()
    desk.leave()


def by_web(sender: User) -> Send:
    """All of them in one request, whose body lies ready: the sender's memory is not the site's."""
    key, _ = Token.objects.get_or_create(user=sender)
    body = io.BytesIO(b"".join(written(FILES, boundary=BOUNDARY, media_type="application/dicom")))
    kind = f"multipart/related; type=application/dicom; boundary={BOUNDARY.decode()}"
    more = {"wsgi.input_terminated": True, "wsgi.input": body, "CONTENT_LENGTH": ""}
    more["CONTENT_TYPE"] = kind
    more["HTTP_AUTHORIZATION"] = f"Token {key}"

    def send() -> None:
        answer = Client().generic("POST", "/dicomweb/studies", b"", kind, **more)
        assert answer.status_code == 202

    return send


def by_upload(sender: User) -> Send:
    """One by one, in pieces, from a browser."""
    client = Client()
    client.force_login(sender)
    return lambda: _upload(client)


def _upload(client: Client) -> None:
    places = client.post("/scans/intakes/").json()
    for content in FILES:
        url = places["pieces"].replace("KEY", str(uuid4()))
        url = f"{url}?at=0&size={len(content)}"
        answer = client.post(url, content, content_type="application/octet-stream")
        assert answer.json()["whole"]
    client.post(places["close"])


def peak_kib() -> int:
    """The most memory that this process has held since the peak was last forgotten."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def grown_by(act: Send) -> int:
    """How much more memory the process held during an act, KiB; the site was asked before."""
    Client().get("/dicomweb/studies")
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_kib()
    act()
    return peak_kib() - before


@pytest.mark.parametrize("door", [by_network, by_web, by_upload])
def test_each_is_refused_and_none_is_lost(
    door: Callable[[User], Send], administrator: User, coordinator: User, site: Site,
    settings: Any, tmp_path: Path,
) -> None:  # fmt: skip
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.DICOM_QUIET_SECONDS = 0
    add_peer(by=administrator, site=site, name="S", ae_title="SCANNER", network="127.0.0.1")
    assert grown_by(door(coordinator)) < GROWS_BY_KIB
    receiving.close_quiet()
    intake = Intake.objects.get()
    assert intake.job_id
    began = time.monotonic()
    jobs.run(intake.job_id)
    assert time.monotonic() - began < SOON_S * len(FILES)
    intake.refresh_from_db()
    assert intake.state == IntakeState.DONE
    assert {line["status"] for line in intake.outcome} <= {"refused", "waiting"}
    sealed = {storage.unseal(row.sha256) for row in HeldFile.objects.all()}
    assert sealed == set(FILES)
    assert not Series.objects.exists()
