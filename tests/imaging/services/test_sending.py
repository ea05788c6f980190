"""Series sent to a hospital's archive: what arrives there, what is refused, and who may send."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest

from enrollment.models import Participant
from enrollment.services.enrolment import withdraw
from imaging.models import Dispatch, Measurement, Peer, Series
from imaging.services import sending
from imaging.services.peers import set_peer_active
from imaging.services.sending import send_again, send_scan
from studysite.core.errors import Invalid, NotPermitted, OutOfOrder, StudyError
from studysite.core.models import Act, Job, JobState, Site, User
from studysite.core.said import say
from tests.imaging.archive_desk import WIDE, Titled, done
from tests.imaging.network.dcmtk import archive, needs_dcmtk, sink
from tests.imaging.network.listening import listening
from tests.reports.results import make_pictures

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
At = Callable[..., Peer]


@pytest.fixture
def drawn(measured: Measurement) -> Measurement:
    """A measured case whose pictures are pictures."""
    measured.pictures = make_pictures()
    measured.save(update_fields=["pictures"])
    return measured


@needs_dcmtk
def test_a_measured_series_goes_to_dcmtk_s_archive(
    drawn: Measurement, at: At, analyst: User, tmp_path: Path
) -> None:
    with archive(tmp_path, "PACS") as port:
        row = done(send_scan(by=analyst, series=drawn.series, peer=at(port), measurement=drawn))
        files = [path for path in (tmp_path / "kept").rglob("*") if path.name != "index.dat"]
        there = [pydicom.dcmread(path) for path in files]
    assert (row.refused, len(row.taken), row.objects_count) == ([], 35, 35)
    assert sorted(one.Modality for one in there) == ["MR"] * 24 + ["OT"] * 8 + ["SEG", "SEG", "SR"]
    assert {str(one.SOPInstanceUID) for one in there} == set(row.taken)
    assert {one.PatientID for one in there} == {drawn.series.participant.number}
    assert row.finished_at is not None
    acts = Act.objects.filter(action="send_scans").order_by("at")
    assert [say(act.detail) for act in acts] == ["To be sent to PACS", "PACS took 35 of 35"]
    assert {act.by for act in acts} == {analyst}


@needs_dcmtk
def test_the_images_arrive_as_they_are_stored(
    stored: Series, at: At, investigator: User, tmp_path: Path
) -> None:
    with sink(tmp_path / "sink") as port:
        row = done(send_scan(by=investigator, series=stored, peer=at(port)))
        there = {
            str(one.SOPInstanceUID): one.PixelData
            for one in map(pydicom.dcmread, (tmp_path / "sink").iterdir())
        }
    instances = list(stored.instances.all())
    assert set(row.taken) == {one.uid for one in instances} == set(there)
    kept = {
        one.uid: pydicom.dcmread(io.BytesIO(sending.storage.scan_bytes(one.sha256))).PixelData
        for one in instances
    }
    assert there == kept


def test_what_is_refused_is_named_and_sent_again_alone(
    stored: Series, at: At, investigator: User
) -> None:
    shelf = Titled(room=20)
    with listening(shelf, WIDE) as port:
        row = done(send_scan(by=investigator, series=stored, peer=at(port)))
        assert (len(row.taken), len(row.refused)) == (20, 4)
        assert say(row.refused[0]["what"]) == "Image 21"
        assert say(row.refused[0]["sentence"]) == "It has no room left (0xa700)."
        assert say(Act.objects.latest("at").detail) == "PACS took 20 of 24 and refused 4"
        shelf.room = 100
        row = done(send_again(by=investigator, dispatch=row))
    assert (len(row.taken), row.refused) == (24, [])
    assert len(shelf.objects) == 24
    with pytest.raises(OutOfOrder, match="Nothing of it is left"):
        send_again(by=investigator, dispatch=row)


def test_an_archive_that_breaks_off_fails_the_job_and_the_rest_follows(
    stored: Series, at: At, investigator: User
) -> None:
    shelf = Titled(leaves_after=5)
    with listening(shelf, WIDE) as port:
        row = done(send_scan(by=investigator, series=stored, peer=at(port)))
        assert row.job is not None
        assert (row.job.state, len(row.taken), row.finished_at) == (JobState.FAILED, 5, None)
        assert say(row.job.message) == "PACS took 5 of 24, then: It stopped answering."
        shelf.leaves_after = 100
        row = done(send_again(by=investigator, dispatch=row))
    assert (row.job.state, len(row.taken)) == (JobState.DONE, 24)  # type: ignore[union-attr]
    assert len(shelf.objects) == 24


def test_an_archive_that_is_not_there_fails_the_job_in_a_sentence(
    stored: Series, at: At, investigator: User
) -> None:
    row = done(send_scan(by=investigator, series=stored, peer=at(9)))
    assert row.job is not None
    assert (row.job.state, say(row.job.message)) == (JobState.FAILED, "Nobody answers there.")
    assert row.may_go_again


def test_a_job_that_is_done_twice_sends_nothing_twice(
    stored: Series, at: At, investigator: User
) -> None:
    shelf = Titled()
    with listening(shelf, WIDE) as port:
        row = done(send_scan(by=investigator, series=stored, peer=at(port)))
        Job.objects.update(state=JobState.QUEUED, finished_at=None)
        done(row)
    assert len(shelf.objects) == 24


def test_one_series_is_on_its_way_to_one_archive_once(
    stored: Series, at: At, investigator: User
) -> None:
    peer = at(9)
    send_scan(by=investigator, series=stored, peer=peer)
    with pytest.raises(StudyError, match="on its way"):
        send_scan(by=investigator, series=stored, peer=peer)


@pytest.mark.parametrize("role", ["coordinator", "monitor", "data_manager", "reader", "stranger"])
def test_nobody_else_sends(
    request: pytest.FixtureRequest, stored: Series, at: At, role: str
) -> None:
    with pytest.raises(NotPermitted):
        send_scan(by=request.getfixturevalue(role), series=stored, peer=at(9))
    assert not Dispatch.objects.exists()


def test_a_node_that_takes_nothing_or_is_stopped_or_elsewhere_gets_nothing(
    stored: Series, at: At, investigator: User, administrator: User, other_site: Site
) -> None:
    peer = at(9)
    set_peer_active(by=administrator, peer=peer, active=False, reason="Sold.")
    elsewhere = Peer.objects.create(
        site=other_site, name="Theirs", ae_title="THEIRS", network="::1", host="h", port=1
    )
    deaf = Peer.objects.create(site=peer.site, name="MR", ae_title="MR", network="::1")
    for node in (peer, elsewhere, deaf):
        with pytest.raises(Invalid, match="takes no scans of this site"):
            send_scan(by=investigator, series=stored, peer=node)


def test_images_that_must_not_be_used_are_not_sent(
    stored: Series, at: At, investigator: User
) -> None:
    waiting = send_scan(by=investigator, series=stored, peer=at(9))
    _leave(investigator, stored.participant)
    assert done(waiting).job.state == JobState.FAILED  # type: ignore[union-attr]
    with pytest.raises(OutOfOrder, match="they are not sent"):
        send_scan(by=investigator, series=stored, peer=at(9, "OTHER"))
    with pytest.raises(OutOfOrder, match="they are not sent"):
        send_again(by=investigator, dispatch=waiting)


def _leave(by: User, participant: Participant) -> None:
    withdraw(
        by=by, participant=participant, kind="withdrawn", on=participant.screened_on,
        decided_by="participant", data_may_stay=True, images_may_stay=False, reason="Asked to.",
    )  # fmt: skip


def test_a_measurement_of_another_series_does_not_go_with_it(
    measured: Measurement, at: At, investigator: User
) -> None:
    other = Series.objects.get(sequence="tof_3d")
    with pytest.raises(Invalid, match="another series"):
        send_scan(by=investigator, series=other, peer=at(9), measurement=measured)
