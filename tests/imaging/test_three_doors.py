"""The same study by web, DICOM network and DICOMweb ends in the same stored bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest
from django.db import transaction

from enrollment.models import Participant
from imaging.models import Instance, Intake, Series
from imaging.services import receiving
from imaging.services.peers import add_peer
from studysite.core import jobs
from studysite.core.models import Site, User
from tests.imaging.conftest import Bring
from tests.imaging.dicomweb.client import client_of
from tests.imaging.network.dcmtk import call, needs_dcmtk
from tests.imaging.scans import write_scan

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
PATIENT = "H000001"
Door = Callable[[list[Path]], None]


@pytest.fixture
def doors(
    bring: Bring, administrator: User, coordinator: User, site: Site, settings: Any, tmp_path: Path
) -> dict[str, Door]:
    """Each door, from the files to their being worked on."""
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.DICOM_QUIET_SECONDS = 0
    add_peer(by=administrator, site=site, name="S", ae_title="SCANNER", network="127.0.0.1")

    def network(files: list[Path], *options: str) -> None:
        assert call("storescu", *options, "127.0.0.1", "PORT", *files) == 0
        worked_on()

    def web(files: list[Path]) -> None:
        client_of(coordinator).store_instances([pydicom.dcmread(path) for path in files])
        worked_on()

    return {
        "upload": lambda files: bring(files) and None,
        "network": network,
        "network, implicit": lambda files: network(files, "--propose-implicit"),
        "web": web,
    }


def worked_on() -> None:
    receiving.close_quiet()
    jobs.run(Intake.objects.first().job_id)  # type: ignore[union-attr, arg-type]


class _Undo(Exception):
    pass


def stored_by(door: Door, files: list[Path]) -> dict[str, str]:
    """What a door leaves in the store; nothing of it stays."""
    try:
        with transaction.atomic():
            door(files)
            stored = dict(Instance.objects.values_list("uid", "sha256"))
            raise _Undo
    except _Undo:
        return stored


@needs_dcmtk
def test_each_door_leaves_the_same_bytes(
    doors: dict[str, Door], enrolled: Participant, tmp_path: Path
) -> None:
    files = write_scan(tmp_path / "scan", PATIENT)
    stored = {name: stored_by(door, files) for name, door in doors.items()}
    assert len(stored["upload"]) == len(files)
    for name, found in stored.items():
        assert found == stored["upload"], name


@needs_dcmtk
def test_what_came_by_one_door_is_known_at_the_others(
    doors: dict[str, Door], enrolled: Participant, tmp_path: Path
) -> None:
    files = write_scan(tmp_path / "scan", PATIENT)
    for door in doors.values():
        door(files)
    codes = [line["code"] for intake in Intake.objects.order_by("at") for line in intake.outcome]
    assert codes == ["stored", "already", "already", "already"]
    assert Series.objects.count() == 1


@needs_dcmtk
def test_a_series_that_comes_late_joins_its_study(
    doors: dict[str, Door], enrolled: Participant, tmp_path: Path
) -> None:
    first = write_scan(tmp_path / "t2", PATIENT)
    late = write_scan(tmp_path / "tof", PATIENT, sequence="tof")
    study = pydicom.dcmread(first[0]).StudyInstanceUID
    for path in late:
        dataset = pydicom.dcmread(path)
        dataset.StudyInstanceUID = study
        dataset.save_as(path)
    doors["upload"](first)
    doors["network"](late)
    (joined,) = set(Series.objects.values_list("study_uid", flat=True))
    assert Series.objects.filter(study_uid=joined, participant=enrolled).count() == 2
