"""The head-like scene is anatomically in order, and its truth is where it says."""

import numpy as np
import pytest

from imaging.nerve.phantom import simulate


@pytest.fixture(scope="module")
def phantom():
    return simulate("head", seed=4, snr=None, texture=0.0, tof=False)


def intensity(volume, point_mm):
    i, j, k = np.rint(volume.to_index(np.asarray(point_mm))).astype(int)
    return float(volume.voxels[i, j, k])


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_nerve_is_dark_all_along_and_fluid_lies_before_it(phantom, side):
    rows = phantom.truth["nerves"][side]["profile"][8:-8:4]
    along = [intensity(phantom.volume, row["centre_mm"]) for row in rows]
    before = [
        intensity(phantom.volume, np.array(row["centre_mm"]) + np.array([0, -2.2, 0.9]))
        for row in rows
    ]
    assert np.median(along) < 450
    assert np.median(before) > 900


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_nerve_has_a_plausible_length(phantom, side):
    assert 13 < phantom.truth["nerves"][side]["length_mm"] < 17


def test_only_the_affected_side_is_touched(phantom):
    nerves = phantom.truth["nerves"]
    assert [c["gap_mm"] for c in nerves["left"]["contacts"]] == [pytest.approx(0.0, abs=0.01)]
    assert nerves["right"]["contacts"] == []


def test_a_vein_may_take_the_artery_s_place():
    small = {"size": (120, 60, 30), "tof": False, "snr": None}
    nerves = simulate("head", vein=True, affected="right", vessel_gap_mm=0.2, **small).truth
    (contact,) = nerves["nerves"]["right"]["contacts"]
    assert contact["vessel"] == "vein"
    assert contact["gap_mm"] == pytest.approx(0.2, abs=0.02)


def test_another_anatomy_has_other_courses():
    small = {"size": (40, 40, 16), "tof": False}
    first, second = (simulate("head", anatomy=a, **small).truth["ends"] for a in (1, 2))
    assert first["left"] != second["left"]
