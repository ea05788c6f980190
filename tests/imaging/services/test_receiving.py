"""What a scanner sends over the network is one arrival and takes the same road as an upload."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enrollment.models import Participant
from imaging import spooled
from imaging.models import Held, Intake, IntakeState, Peer, Series
from imaging.services import receiving
from imaging.services.intake import open_intake
from imaging.services.peers import add_peer, known_peer, set_peer_active
from studysite.core import jobs
from studysite.core.errors import StudyError
from studysite.core.models import Site, User
from tests.imaging.network.dcmtk import call, needs_dcmtk
from tests.imaging.scans import write_scan

PATIENT = "H000001"
pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def peer(administrator: User, site: Site, settings: Any, tmp_path: Path) -> Peer:
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.DICOM_QUIET_SECONDS = 0
    return add_peer(
        by=administrator, site=site, name="Scanner 1", ae_title="SCANNER", network="127.0.0.0/8"
    )


def worked_on() -> Intake:
    """The one arrival, closed and worked on."""
    assert receiving.close_quiet() == 1
    intake = Intake.objects.get()
    assert intake.job_id
    jobs.run(intake.job_id)
    intake.refresh_from_db()
    return intake


Send = Callable[..., int]


def storescu(files: list[Path], *options: str) -> int:
    return call("storescu", *options, "127.0.0.1", "PORT", *files)


@needs_dcmtk
def test_an_echo_is_answered(peer: Peer) -> None:
    assert call("echoscu", "127.0.0.1", "PORT") == 0
    assert not Intake.objects.exists()


@needs_dcmtk
@pytest.mark.parametrize(
    ("title", "called"), [("STRANGER", "STUDYSITE"), ("SCANNER", "SOMEBODYELSE")]
)
def test_a_stranger_is_refused(peer: Peer, title: str, called: str) -> None:
    assert call("echoscu", "127.0.0.1", "PORT", title=title, called=called) != 0


@needs_dcmtk
def test_who_may_no_longer_send_is_refused(peer: Peer, administrator: User) -> None:
    set_peer_active(by=administrator, peer=peer, active=False, reason="Sold.")
    assert call("echoscu", "127.0.0.1", "PORT") != 0


@needs_dcmtk
@pytest.mark.parametrize(
    ("program", "options"),
    [
        ("storescu", []),
        ("storescu", ["--propose-implicit"]),
        ("storescu", ["--max-pdu", "4096"]),
        ("dcmsend", ["--no-uid-checks"]),
    ],
)
def test_a_series_that_is_sent_is_stored(
    peer: Peer, enrolled: Participant, unconfined: None, tmp_path: Path,
    program: str, options: list[str],
) -> None:  # fmt: skip
    files = write_scan(tmp_path / "scan", PATIENT)
    assert call(program, *options, "127.0.0.1", "PORT", *files) == 0
    intake = worked_on()
    assert [line["code"] for line in intake.outcome] == ["stored"]
    assert (intake.door, intake.peer, intake.site) == ("store", peer, peer.site)
    assert Series.objects.get(participant=enrolled).instances_count == len(files)
    assert not spooled.folder_of(intake.pk).exists()


@needs_dcmtk
def test_one_association_an_image_is_still_one_arrival(
    peer: Peer, enrolled: Participant, unconfined: None, tmp_path: Path
) -> None:
    files = write_scan(tmp_path / "scan", PATIENT)
    for path in files:
        assert storescu([path]) == 0
    assert [line["code"] for line in worked_on().outcome] == ["stored"]


@needs_dcmtk
def test_what_is_no_scan_waits_for_a_person(
    peer: Peer, enrolled: Participant, unconfined: None, tmp_path: Path
) -> None:
    assert storescu(write_scan(tmp_path / "scan", "NOBODY")) == 0
    assert [line["status"] for line in worked_on().outcome] == ["waiting"]
    assert Held.objects.get().code == "no_participant"


def send_by_hand(peer: Peer, contents: list[bytes]) -> receiving.NetworkDesk:
    """An association that is still open."""
    desk = receiving.NetworkDesk()
    assert desk.refusal("SCANNER", "STUDYSITE", "127.0.0.1") is None
    for content in contents:
        arriving = desk.begin()
        arriving.write(content)
        arriving.keep()
    return desk


def test_an_arrival_is_not_closed_while_its_node_is_here(peer: Peer) -> None:
    desk = send_by_hand(peer, [b"one"])
    assert receiving.close_quiet() == 0
    desk.leave()
    assert receiving.close_quiet() == 1


def test_an_arrival_is_not_closed_before_its_node_is_quiet(peer: Peer, settings: Any) -> None:
    settings.DICOM_QUIET_SECONDS = 60
    send_by_hand(peer, [b"one"]).leave()
    assert receiving.close_quiet() == 0
    intake = Intake.objects.get()
    os.utime(spooled.folder_of(intake.pk), (0, 0))
    assert receiving.close_quiet() == 1


def test_what_was_acknowledged_before_a_crash_is_there_and_drafts_are_not(peer: Peer) -> None:
    desk = send_by_hand(peer, [b"one", b"two"])
    half = desk.begin()
    half.write(b"thr")
    half._file.close()  # as the kernel does for the killed
    desk.leave()
    assert receiving.close_quiet() == 1
    files = Intake.objects.get().files.all()
    assert [(file.number, file.size) for file in files] == [(1, 3), (2, 3)]


def test_closing_that_was_interrupted_goes_on_where_it_was(peer: Peer) -> None:
    send_by_hand(peer, [b"one", b"two"]).leave()
    intake = Intake.objects.get()
    folder = spooled.folder_of(intake.pk)
    first = min(folder.glob("*.kept"))
    first.rename(folder / "000001")
    receiving.close_quiet()
    assert [file.number for file in intake.files.all()] == [1, 2]
    assert (folder / "000001").read_bytes() == b"one"


def test_an_arrival_of_nothing_is_done(peer: Peer) -> None:
    desk = send_by_hand(peer, [])
    desk.begin().drop()
    desk.leave()
    receiving.close_quiet()
    intake = Intake.objects.get()
    assert (intake.state, intake.job) == (IntakeState.DONE, None)


def test_what_comes_after_an_arrival_was_closed_is_another_one(peer: Peer) -> None:
    for _ in range(2):
        send_by_hand(peer, [b"one"]).leave()
        receiving.close_quiet()
    assert Intake.objects.count() == 2


def test_two_arrivals_of_one_node_are_never_open_at_once(peer: Peer, coordinator: User) -> None:
    open_intake(by=coordinator, door="store", site=peer.site, peer=peer)
    with pytest.raises(Exception, match=r"one_open_arrival_a_peer|UNIQUE"):
        open_intake(by=coordinator, door="store", site=peer.site, peer=peer)


@pytest.mark.parametrize(
    ("network", "address", "known"),
    [
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.4", False),
        ("10.1.2.0/24", "10.1.2.200", True),
        ("10.1.2.0/24", "::ffff:10.1.2.200", True),
        ("fd00::/8", "fd00::1", True),
        ("fd00::/8", "10.1.2.3", False),
    ],
)
def test_a_node_is_known_by_where_it_calls_from(
    administrator: User, site: Site, network: str, address: str, known: bool
) -> None:
    add_peer(by=administrator, site=site, name="CT", ae_title="A", network=network)
    assert bool(known_peer(ae_title="A", address=address)) is known


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"ae_title": "lower"},
        {"ae_title": "A" * 17},
        {"ae_title": "SCANNER"},
        {"network": "10.1.2.3/8"},
        {"network": "scanner.example.org"},
    ],
)
def test_a_node_that_cannot_be_is_refused(
    peer: Peer, administrator: User, site: Site, wrong: dict[str, str]
) -> None:
    right = {"name": "MR", "ae_title": "MR1", "network": "10.1.2.3"}
    with pytest.raises(StudyError) as refusal:
        add_peer(by=administrator, site=site, **(right | wrong))
    assert refusal.value.field in wrong


def test_another_site_s_administrator_changes_nothing(
    administrator: User, other_site: Site, coordinator: User, peer: Peer
) -> None:
    for call_ in (
        lambda: add_peer(
            by=administrator, site=other_site, name="X", ae_title="X", network="10.0.0.1"
        ),
        lambda: set_peer_active(by=coordinator, peer=peer, active=False, reason="x"),
    ):
        with pytest.raises(StudyError):
            call_()
