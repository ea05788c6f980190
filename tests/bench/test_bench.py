"""The benchmark: peers that are right where they can be, and our error beside theirs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from imaging.nerve.phantom import Phantom, simulate
from tests.bench.__main__ import main
from tests.bench.drawing import drawings
from tests.bench.drawing import line as drawing_line
from tests.bench.guide import Guide
from tests.bench.plane_peers import region_properties, surface_cuts
from tests.bench.race import METHODS, OURS, PEERS, Lap, guides_of, race, rms
from tests.bench.table import lines
from tests.bench.voxel_peers import NotFound, Reading, count_voxels, label_shapes


@cache
def atrophy() -> tuple[Lap, ...]:
    """One seed of two unlike nerves, so that no one threshold suits both."""
    laps, _ = race(["atrophy"], 1)
    return tuple(laps)


@cache
def thick() -> Phantom:
    """Nerves of 2.2 mm on voxels of 0.2 mm without noise: easy for everyone."""
    return simulate("arc", seed=3, diameter_mm=2.2, spacing_mm=(0.2, 0.2, 0.2), snr=None)


@pytest.mark.parametrize(
    "read",
    [partial(count_voxels, share=0.5), label_shapes, region_properties, surface_cuts],
    ids=["count", "labels", "regions", "surface"],
)
def test_a_peer_is_right_on_a_thick_nerve(read: Callable[..., Reading]) -> None:
    phantom = thick()
    reading = read(phantom.volume, guides_of(phantom)["left"])
    truth = phantom.truth["nerves"]["left"]["csa_mean_mm2"]
    assert reading.mean_mm2 == pytest.approx(truth, rel=0.02)


def test_a_peer_that_finds_nothing_says_so() -> None:
    empty = simulate("straight", seed=0, contrast=0.05, snr=None)
    guide: Guide = guides_of(thick())["left"]
    with pytest.raises(NotFound, match="no closed line"):
        surface_cuts(empty.volume, guide)


def test_the_table_has_every_peer() -> None:
    laps = list(atrophy())
    table = list(lines(laps))
    assert len(METHODS) == 2 + len(PEERS) == 5
    for scenario in ("atrophy", "all"):
        rows = [row for row in table if row.startswith(scenario)]
        assert [method in row for method, row in zip(METHODS, rows, strict=True)] == [True] * 5
    assert all(len(lap.mean) == 2 and not lap.refused for lap in laps)


def test_our_error_is_the_smallest() -> None:
    ours, *peers = atrophy()
    assert ours.method == OURS
    assert all(rms(ours.mean) < rms(peer.mean) for peer in peers)
    assert all(3 * rms(ours.local) < rms(peer.local) for peer in peers)


def test_a_refusal_is_told_in_its_row() -> None:
    laps = [Lap("arc", method, refused=["There is no strand."]) for method in METHODS]
    assert "refused: There is no strand." in list(lines(laps))[1]


def test_pictures_are_timed_or_say_why_not() -> None:
    for drawing in drawings(repeats=1):
        assert drawing.seconds or drawing.reason
        assert drawing_line(drawing).startswith(drawing.picture)


def test_the_command_writes_its_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "var" / "bench.json"
    monkeypatch.setattr("tests.bench.__main__.race", lambda *_: (list(atrophy()), {}))
    monkeypatch.setattr("tests.bench.__main__.drawings", lambda: [])
    monkeypatch.setattr(sys, "argv", ["bench", "--seeds", "1", "--no-vmtk", "--json", str(out)])
    main()
    assert OURS in capsys.readouterr().out
    written = json.loads(out.read_text())
    assert written["schema"] == "bench/2"
    assert "skipped" in written["vmtk"]
    assert {lap["method"] for lap in written["nerve"]} == set(METHODS)
