"""What the receiver acknowledged is there once, however it ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.receiver import Receiver, uid_of, write_objects
from tests.faults.study import Study, kill_group
from tests.imaging.network.dcmtk import needs_dcmtk
from tests.postgres import wait_until

pytestmark = needs_dcmtk
ACKNOWLEDGED = "Received Store Response (Success)"
UNDONE = "SELECT count(*) FROM imaging_intake WHERE state <> 'done'"


@pytest.fixture
def receiver(study: Study) -> Iterator[Receiver]:
    started = Receiver(study)
    try:
        yield started
    finally:
        kill_group(started.process)


def test_killed_among_arriving_objects_it_keeps_what_it_acknowledged(
    receiver: Receiver, tmp_path: Path
) -> None:
    files = write_objects(tmp_path / "scan", 400)
    acknowledged: set[str] = set()
    # On the disk when the receiver died, and not acknowledged yet: its sender sends it again, and
    # the job of the arrival knows it by its digest.
    in_flight: set[str] = set()
    left = files
    kills = 0
    while left:
        sender = receiver.dcmtk("storescu", *map(str, left))
        told = read_until(sender, acknowledged_at_least=100)
        receiver.kill()
        told += sender.communicate(timeout=60)[0]
        taken = told.count(ACKNOWLEDGED)
        acknowledged |= {uid_of(path) for path in left[:taken]}
        left = left[taken:]
        if left:
            kills += 1
            in_flight.add(uid_of(left[0]))
        receiver.start()
    assert kills
    assert acknowledged
    spooled = Counter(receiver.spooled())
    assert acknowledged <= set(spooled)
    assert {uid for uid, count in spooled.items() if count > 1} <= in_flight
    assert max(spooled.values()) <= 2
    wait_until(
        lambda: receiver.study.value("SELECT count(*) FROM imaging_intakefile") == spooled.total(),
        "what the killed one left open to be closed",
    )
    assert not list((receiver.study.folder / "spool").rglob("*.part"))


@pytest.mark.slow
def test_where_all_is_killed_what_was_acknowledged_waits_once_with_its_reason(
    study: Study, tmp_path: Path
) -> None:
    """Receiver, web, worker and clock at once, among arriving objects and among the work on them.
    `ARRIVING=2000` is the long one."""
    receiver = Receiver(study, whole=True)
    left = write_objects(tmp_path / "scan", int(os.environ.get("ARRIVING", "60")))
    acknowledged: set[str] = set()
    in_flight: set[str] = set()  # sent again by its sender, as above
    each = len(left) // 2
    try:
        while left:
            sender = receiver.dcmtk("storescu", *map(str, left))
            told = read_until(sender, acknowledged_at_least=each)
            receiver.kill()
            told += sender.communicate(timeout=60)[0]
            taken = told.count(ACKNOWLEDGED)
            acknowledged |= {uid_of(path) for path in left[:taken]}
            left = left[taken:]
            in_flight |= {uid_of(path) for path in left[:1]}
            receiver.serve()
        wait_until(lambda: not study.value(UNDONE), "every arrival to be worked on", 120)
    finally:
        kill_group(receiver.process)
    waiting = Counter(study.client("waiting").split())
    assert acknowledged
    assert acknowledged <= set(waiting)
    assert {uid for uid, count in waiting.items() if count > 1} <= in_flight


def read_until(sender: subprocess.Popen[str], acknowledged_at_least: int) -> str:
    """What the sender told until so many objects were acknowledged, or until it ended."""
    assert sender.stdout is not None
    told, acknowledged = "", 0
    while acknowledged < acknowledged_at_least and (line := sender.stdout.readline()):
        told += line
        acknowledged += ACKNOWLEDGED in line
    return told


def test_what_dies_of_it_is_started_again_and_in_the_end_all_ends(receiver: Receiver) -> None:
    children = set(receiver.study.processes()) - {receiver.process.pid}
    assert len(children) == 2
    for child in children:
        os.kill(child, signal.SIGKILL)
    wait_until(receiver.answers, "the next ones", 20)
    receiver.process.terminate()
    assert receiver.process.wait(8) == 0
    wait_until(lambda: not receiver.study.processes(), "its children to end", 2)


def test_in_production_it_listens_elsewhere_with_a_certificate_alone(study: Study) -> None:
    study.env |= {
        "PRODUCTION": "1",
        "SECRET_KEY": "x1y2z3" * 10,
        "ALLOWED_HOSTS": "study.example.org",
    }
    refused = study.start("manage.py", "receive_dicom", "--port", "11112", "--host", "0.0.0.0")
    said, _ = refused.communicate(timeout=90)
    assert refused.returncode == 3
    assert said.splitlines()[-1].startswith("Production receives scans off this machine with TLS")
