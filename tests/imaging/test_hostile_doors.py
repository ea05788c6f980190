"""Hostile files through the network's two doors: each is refused by itself, and none is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
from tests.imaging.dicom.test_bounds import HOSTILE

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
FILES = [content for content, _code in HOSTILE.values() if content]
BOUNDARY = b"no-file-has-this-in-it"


def by_network(sender: User) -> None:
    """As the receiver's process does with what one association sends."""
    desk = receiving.NetworkDesk()
    assert desk.refusal("SCANNER", "STUDYSITE", "127.0.0.1") is None
    for content in FILES:
        arriving = desk.begin()
        arriving.write(content)
        arriving.keep()
    desk.leave()


def by_web(sender: User) -> None:
    """All of them in one request."""
    key, _ = Token.objects.get_or_create(user=sender)
    answer = Client().generic(
        "POST",
        "/dicomweb/studies",
        b"".join(written(FILES, boundary=BOUNDARY, media_type="application/dicom")),
        f"multipart/related; type=application/dicom; boundary={BOUNDARY.decode()}",
        HTTP_AUTHORIZATION=f"Token {key}",
    )
    assert answer.status_code == 202


@pytest.mark.parametrize("send", [by_network, by_web])
def test_each_is_refused_and_none_is_lost(
    send: Callable[[User], None], administrator: User, coordinator: User, site: Site,
    settings: Any, tmp_path: Path,
) -> None:  # fmt: skip
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.DICOM_QUIET_SECONDS = 0
    add_peer(by=administrator, site=site, name="S", ae_title="SCANNER", network="127.0.0.1")
    send(coordinator)
    assert receiving.close_quiet() == 1
    intake = Intake.objects.get()
    assert intake.job_id
    jobs.run(intake.job_id)
    intake.refresh_from_db()
    assert intake.state == IntakeState.DONE
    assert {line["status"] for line in intake.outcome} <= {"refused", "waiting"}
    sealed = {storage.unseal(row.sha256) for row in HeldFile.objects.all()}
    assert sealed == set(FILES)
    assert not Series.objects.exists()
