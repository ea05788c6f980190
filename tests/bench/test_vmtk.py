"""VMTK itself: found where it can run, a word where it cannot, and a crash that ends no race."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from imaging.nerve.phantom import simulate
from tests.bench import vmtk_peer
from tests.bench.__main__ import vmtk_or_word
from tests.bench.race import QUICK_VMTK, VMTK, guides_of, race
from tests.bench.vmtk_peer import ENVIRONMENT, NoVmtk, Vmtk, prepared
from tests.bench.voxel_peers import NotFound

SPEAKS = """\
import json, sys
print(json.dumps(["plain", "crash"]), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["setting"] == "crash":
        sys.exit(7)
    import numpy
    given = numpy.load(asked["path"])
    line = numpy.linspace(*given["ends_mm"], 41)
    area = [None] + [2.0] * 40
    print(json.dumps({"points_mm": line.tolist(), "area_mm2": area, "seconds": 0.5}), flush=True)
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that says what VMTK would, in this Python: the way to it and back."""
    worker = tmp_path / "worker.py"
    worker.write_text(SPEAKS)
    monkeypatch.setattr(vmtk_peer, "WORKER", worker)


def test_its_sections_come_back_to_their_place_on_the_nerve(stand_in: None) -> None:
    phantom = simulate("oblique", seed=1)
    guide = guides_of(phantom)["right"]
    with Vmtk(Path(sys.executable)) as vmtk:
        reading, seconds = vmtk.read(phantom.volume, guide, "plain")
    assert seconds == 0.5
    assert reading.mean_mm2 == pytest.approx(2.0)
    places = reading.arc_mm / guide.length_mm
    np.testing.assert_allclose(places, np.linspace(0, 1, len(places)), atol=0.03)


def test_a_crash_is_told_and_the_next_nerve_is_read(stand_in: None) -> None:
    phantom = simulate("oblique", seed=1)
    guide = guides_of(phantom)["left"]
    with Vmtk(Path(sys.executable)) as vmtk:
        with pytest.raises(NotFound, match="exit code 7"):
            vmtk.read(phantom.volume, guide, "crash")
        assert vmtk.read(phantom.volume, guide, "plain")[1] == 0.5


def test_the_race_shows_the_setting_that_answers(stand_in: None) -> None:
    with Vmtk(Path(sys.executable)) as vmtk:
        laps, chosen = race(["straight"], 1, vmtk)
    assert chosen[VMTK] == "plain"
    shown = {lap.method: lap for lap in laps}
    assert len(shown[VMTK].mean) == 2
    assert shown[QUICK_VMTK].scenario == "straight"


def test_a_machine_without_python_3_12_is_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vmtk_peer, "_candidates", lambda: iter([Path("/bin/false")]))
    with pytest.raises(NoVmtk, match=r"Python 3\.12"):
        prepared(tmp_path / "vmtk")
    monkeypatch.setattr("tests.bench.__main__.prepared", lambda: prepared(tmp_path / "vmtk"))
    nothing, word = vmtk_or_word()
    assert nothing is None
    assert "skipped, its wheels need Python 3.12" in word


@pytest.mark.skipif(not ENVIRONMENT.is_dir(), reason="`make bench` has not made VMTK's environment")
def test_vmtk_reads_a_thick_nerve_right() -> None:
    phantom = simulate("arc", seed=3, diameter_mm=2.2, spacing_mm=(0.2, 0.2, 0.2), snr=None)
    guide = guides_of(phantom)["left"]
    truth = phantom.truth["nerves"]["left"]["csa_mean_mm2"]
    with Vmtk(prepared()) as vmtk:
        reading, _ = vmtk.read(phantom.volume, guide, "half height, finer image")
    assert reading.mean_mm2 == pytest.approx(truth, rel=0.03)
