"""Public scans, where they are present beside the checkout."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from imaging.dicom.volumes import read_volume
from imaging.nerve.errors import VoxelsTooLarge
from imaging.nerve.measure import measure
from imaging.nerve.result import Ends
from imaging.nerve.suggest import suggest_ends
from tests.bench.repeats import REAL, again, row

DATA = Path(__file__).parents[4] / "shared" / "data"
T1 = DATA / "brain_t1_3d" / "dicoms"
T2 = DATA / "cpa_t2_2d" / "dicoms"
ENDS = json.loads((Path(__file__).parent / "brain_t1_3d_ends.json").read_text())

pytestmark = pytest.mark.skipif(not T1.is_dir(), reason="the public scans are not here")


@cache
def scan():
    return read_volume(T1)


def nerves(end="", shift=(0.0, 0.0, 0.0)):
    """Both nerves, one end of each moved."""
    ends = {}
    for name, points in ENDS.items():
        placed = {key: np.array(point) for key, point in points.items()}
        if end:
            placed[end] = placed[end] + shift
        ends[name] = Ends(tuple(placed["brainstem_mm"]), tuple(placed["canal_mm"]))
    return measure(scan(), ends)


@cache
def unmoved():
    return nerves()


def test_both_nerves_are_measured_bright_and_plausible():
    report = unmoved()
    assert report.polarity == "bright"
    for nerve in report.nerves.values():
        assert nerve.status == "measured", nerve.reason
        assert 0.5 < nerve.numbers.csa_mean_mm2 < 2.5


@pytest.mark.parametrize("end", ["brainstem_mm", "canal_mm"])
def test_an_end_point_half_a_millimetre_off_stays_within_two_sd(end):
    for shift in 0.5 * np.concatenate([np.eye(3), -np.eye(3)]):
        moved = nerves(end, shift)
        for name, nerve in unmoved().nerves.items():
            first, second = nerve.numbers, moved.nerves[name].numbers
            assert abs(second.csa_mean_mm2 - first.csa_mean_mm2) < 2 * first.csa_mean_sd_mm2


def test_clicks_half_a_millimetre_off_give_the_same_area_within_three_percent():
    # Eight of the twenty pairs of clicks of `python -m tests.bench.repeats`.
    told = [again(REAL, seed) for seed in range(9)]
    for side in ENDS:
        found = row(REAL, side, [one[side] for one in told])
        assert found["n"] == len(told)
        assert found["cv"] < 0.03
        assert found["overlap"] == 1.0


def test_thick_slices_of_a_real_scan_are_refused():
    volume = read_volume(T2)
    centre = volume.to_patient(np.array(volume.size) / 2)
    ends = Ends(tuple(centre), tuple(centre + np.array([12.0, 0, 0])))
    with pytest.raises(VoxelsTooLarge, match=r"2\.5 mm apart"):
        measure(volume, {"left": ends})


def test_suggested_ends_are_within_what_eyes_can_tell():
    # The reference was placed by eye, give or take 2 mm.
    found = suggest_ends(scan())
    for name, points in ENDS.items():
        for end in ("brainstem_mm", "canal_mm"):
            assert np.linalg.norm(np.array(getattr(found.ends[name], end)) - points[end]) < 2.0
