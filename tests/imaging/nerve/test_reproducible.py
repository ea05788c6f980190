"""The same input gives the same bytes, and they say what they were made from and with."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from imaging.dicom.volumes import digest, write_nifti
from imaging.nerve.errors import VoxelsTooLarge
from imaging.nerve.measure import all_refused, measure
from imaging.nerve.phantom import simulate
from imaging.nerve.result import Ends
from imaging.nerve.table import to_json_dict
from imaging.nerve.version import numerics
from imaging.nerve.volume import Volume

NAMES = (
    "mpr.png",
    "cpr_straightened.png",
    "cpr_straightened.npz",
    "cpr_stretched.png",
    "cpr_stretched.npz",
    "endoscopy.png",
    "profile.svg",
)
ROOT = Path(__file__).parents[3]
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
)


def run(folder, scan, tof, nerves, environment):
    command = [sys.executable, "manage.py", "measure_nerve", str(scan), "--tof", str(tof)]
    command += [part for nerve in nerves for part in ("--nerve", nerve)]
    command += ["--json", str(folder / "table.json"), "--pictures", str(folder / "pictures")]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_two_processes_give_the_same_table_and_pictures(tmp_path):
    phantom = simulate("indented", seed=1)
    scan, tof = tmp_path / "scan.nii.gz", tmp_path / "tof.nii.gz"
    write_nifti(phantom.volume, scan)
    write_nifti(phantom.tof, tof)
    nerves = [
        f"{side}:" + ":".join(",".join(map(str, point)) for point in ends.values())
        for side, ends in phantom.truth["ends"].items()
    ]
    first, second = (
        run(tmp_path / str(number), scan, tof, nerves, environment)
        for number, environment in enumerate(ENVIRONMENTS)
    )
    pictures = {f"pictures/{side}/{name}" for side in ("left", "right") for name in NAMES}
    assert set(first) == {"table.json"} | pictures
    assert [name for name in first if first[name] != second.get(name)] == []
    table = json.loads(first["table.json"])
    assert table["input"]["sha256"] == digest(scan)
    assert table["input"]["tof"]["sha256"] == hashlib.sha256(tof.read_bytes()).hexdigest()
    assert table["software"]["numerics"] == numerics()
    assert set(table["software"]["libraries"]) == {"numba", "numpy", "scipy", "SimpleITK"}
    assert table["parameters"]["ends"]["left"] == {
        **phantom.truth["ends"]["left"], "waypoints_mm": []
    }  # fmt: skip


@pytest.mark.parametrize("tof", [None, "cd" * 32])
def test_a_refused_scan_says_what_it_was_too(tof):
    volume = Volume(np.ones((20, 20, 20)), np.diag([0.4, 0.4, 2.5, 1.0]))
    ends = {"left": Ends((1.0, 1.0, 1.0), (6.0, 6.0, 6.0), ((3.0, 3.0, 3.0),))}
    with pytest.raises(VoxelsTooLarge) as refused:
        measure(volume, ends)
    report = all_refused(volume, ends, refused.value)
    table = to_json_dict(report, "ab" * 32, "1", tof_sha256=tof)
    assert table["parameters"]["ends"]["left"]["waypoints_mm"] == [[3.0, 3.0, 3.0]]
    assert table["nerves"]["left"]["reason_code"] == "slices_too_thick"
    assert table["input"].get("tof") == (tof and {"sha256": tof, "used": False})
