"""Scans on their way in, stored ones, and measured ones."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import imaging.tasks  # noqa: F401  The worker's doors.
from enrollment.journey import State
from enrollment.models import Participant
from imaging.dicom import sandbox, sandbox_worker
from imaging.models import Intake, Measurement, Peer, Series, SeriesState
from imaging.models.intake import Door
from imaging.services import drawing
from imaging.services import measurement as measuring
from imaging.services.intake import add_file, close_intake, open_intake
from imaging.services.measurement import ask_measurement
from imaging.services.peers import add_peer
from imaging.services.quality import check_quality
from imaging.services.viewing import TECHNIQUE_PARTS, keep_part
from studysite.core import jobs
from studysite.core.models import Site, User
from tests.imaging.results import ENDS, result
from tests.imaging.shelf import shelve

Bring = Callable[..., Intake]
Measure = Callable[..., Measurement]


def read_here(box: sandbox.Sandbox, job: dict[str, Any]) -> dict[str, Any]:
    """What the sandbox answers, worked out in this process: a process a file set takes a second."""
    answer = io.BytesIO()
    sandbox_worker._answer(answer, job)
    return dict(json.loads(answer.getvalue()))


@pytest.fixture
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scans are parsed in this process, as the sandbox's inside would."""
    monkeypatch.setattr(sandbox.Sandbox, "_do", read_here)


@pytest.fixture
def bring(bring_confined: Bring, unconfined: None) -> Bring:
    """Send files in as the web does, and have the worker do its job on them, without a sandbox."""
    return bring_confined


@pytest.fixture
def bring_confined(coordinator: User) -> Bring:
    """The same with the sandbox."""

    def send(files: Sequence[Path], participant: Participant | None = None) -> Intake:
        intake = open_intake(by=coordinator, door=Door.UPLOAD, participant=participant)
        for path in files:
            with path.open("rb") as stream:
                add_file(by=coordinator, intake=intake, stream=stream)
        intake = close_intake(by=coordinator, intake=intake)
        jobs.run(intake.job_id)  # type: ignore[arg-type]
        intake.refresh_from_db()
        return intake

    return send


@pytest.fixture
def enrolled(enter: Callable[..., Participant]) -> Participant:
    """Somebody in the 2D arm whose scans are expected. Their hospital number is H000001."""
    return enter(State.ENROLLED)


@pytest.fixture
def stored(enrolled: Participant, coordinator: User) -> Series:
    """The T2 series of an enrolled participant, and the angiogram, stored and not yet judged."""
    shelve(enrolled, "tof_3d", coordinator)
    series = shelve(enrolled, "t2_3d", coordinator)
    enrolled.refresh_from_db()
    return series


@pytest.fixture
def accepted(stored: Series, analyst: User) -> Series:
    """The same series, accepted with its companion."""
    for series in Series.objects.filter(participant=stored.participant):
        check_quality(by=analyst, series=series, verdict="accepted", score=4, remarks="")
    stored.refresh_from_db()
    assert stored.state == SeriesState.ACCEPTED
    return stored


@pytest.fixture
def measure(analyst: User, monkeypatch: pytest.MonkeyPatch) -> Measure:
    """Measure a series, with a made-up result and pictures instead of the numerics."""

    def run(
        series: Series, reason: str = "", document: dict[str, Any] | None = None
    ) -> Measurement:
        found = document or result()
        monkeypatch.setattr(measuring, "_compute", lambda row, volume, held: found)
        monkeypatch.setattr(drawing, "draw_pictures", draw_canaries)
        monkeypatch.setattr(drawing, "draw_plain", draw_plain_canaries)
        monkeypatch.setattr(measuring, "keep_parts", pack_canaries)
        # The canaries are no images of which captures could be made.
        monkeypatch.setattr(measuring, "objects_of", lambda row: [])
        asked = ask_measurement(by=analyst, series=series, ends=ENDS, reason=reason)
        jobs.run(asked.job_id)  # type: ignore[arg-type]
        asked.refresh_from_db()
        return asked

    return run


def draw_canaries(volume: object, nerve: dict[str, Any], folder: Path, **_more: Any) -> None:
    """Files that say which picture and which nerve they are."""
    for name in ("mpr.png", "cpr_straightened.png", "cpr_stretched.png", "endoscopy.png"):
        (folder / name).write_bytes(f"{name} {nerve['csa_mean_mm2']}".encode())


def draw_plain_canaries(volume: object, nerve: dict[str, Any], folder: Path, **_more: Any) -> None:
    """The same for readers."""
    for name in ("mpr.png", "cpr_straightened.png", "cpr_stretched.png", "endoscopy.png"):
        (folder / f"plain_{name}").write_bytes(f"plain {name}".encode())


def pack_canaries(
    volume: object, result: dict[str, Any], tof: object = None
) -> dict[str, dict[str, str]]:
    """Parts that say which part and of which nerve they are."""
    of_a_nerve = [*TECHNIQUE_PARTS["cpr"], *TECHNIQUE_PARTS["mrve"]]
    names = {"both": TECHNIQUE_PARTS["mpr"], **dict.fromkeys(result["nerves"], of_a_nerve)}
    return {
        side: {name: keep_part(f"{side} {name}".encode()) for name in files}
        for side, files in names.items()
    }


@pytest.fixture
def measured(
    accepted: Series, measure: Measure, reader: User, reader_two: User, reader_three: User
) -> Measurement:
    """A measured case, given to two of the site's three readers."""
    return measure(accepted)


@pytest.fixture
def at(administrator: User, site: Site) -> Callable[..., Peer]:
    """An archive of the site, at some port of this machine."""

    def made(port: int, title: str = "PACS") -> Peer:
        return add_peer(
            by=administrator, site=site, name="Archive", ae_title=title, network="127.0.0.1",
            host="127.0.0.1", port=port,
        )  # fmt: skip

    return made
