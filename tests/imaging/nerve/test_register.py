"""An angiogram finds its place on the scan, and is left out where it has none."""

from __future__ import annotations

import numpy as np
import pytest

from imaging.nerve.measure import measure
from imaging.nerve.phantom import Phantom, simulate
from imaging.nerve.register import Registration, register
from imaging.nerve.result import Ends
from imaging.nerve.volume import Volume

MOVED = {"tof_shift_mm": (6.0, -5.0, 4.0), "tof_turn_deg": (4.0, -3.0, 6.0)}


@pytest.fixture(scope="module")
def still() -> Phantom:
    return simulate("tof", seed=0)


def nerves_mm(phantom: Phantom) -> np.ndarray:
    return np.array([point for ends in phantom.truth["ends"].values() for point in ends.values()])


def laid(phantom: Phantom, voxels: np.ndarray | None = None) -> Registration:
    assert phantom.tof is not None
    tof = phantom.tof if voxels is None else Volume(voxels, phantom.tof.affine)
    return register(phantom.volume, tof, nerves_mm(phantom))


def error_mm(phantom: Phantom, found: Registration) -> float:
    """How far the nerves come to lie from where they truly are in the angiogram."""
    points = np.c_[nerves_mm(phantom), np.ones(4)]
    away = points @ (found.matrix - np.array(phantom.truth["tof_matrix"])).T
    return float(np.linalg.norm(away[:, :3], axis=1).max())


def test_as_it_lies_it_stays(still: Phantom) -> None:
    found = laid(still)
    assert (found.method, found.reason) == ("identity", "")
    assert np.array_equal(found.matrix, np.eye(4))


@pytest.mark.parametrize("scenario", ["tof", "indented"])
def test_a_moved_patient_is_followed(scenario: str) -> None:
    moved = simulate(scenario, seed=0, **MOVED)
    found = laid(moved)
    assert (found.method, found.reason) == ("rigid", "")
    assert error_mm(moved, found) < 0.5
    assert found.residual_mm < 0.5


def test_one_far_away_is_found_by_its_middle() -> None:
    turn = (5.0, 3.0, -14.0)
    far = simulate("indented", seed=0, tof_shift_mm=(25.0, -30.0, 20.0), tof_turn_deg=turn)
    assert error_mm(far, laid(far)) < 0.5


def test_another_image_is_not_laid_over(still: Phantom) -> None:
    assert still.tof is not None
    noise = np.random.default_rng(0).normal(300, 40, still.tof.voxels.shape)
    assert laid(still, np.abs(noise)).reason == "tof_unlike"
    assert laid(still, still.tof.voxels[:, ::-1].copy()).reason == "tof_unlike"


def test_a_spoiled_image_is_not_tried(still: Phantom) -> None:
    assert still.tof is not None
    holed = still.tof.voxels.copy()
    holed[3, 3, 3] = np.nan
    for voxels in (holed, np.zeros(still.tof.voxels.shape), still.tof.voxels[:, :, :4]):
        found = laid(still, voxels)
        assert (found.method, found.reason) == ("none", "tof_unusable")


def test_one_placed_beyond_all_places_is_not_tried(still: Phantom) -> None:
    assert still.tof is not None
    affine = still.tof.affine.copy()
    affine[0, 1] = 1e200
    found = register(still.volume, Volume(still.tof.voxels, affine), nerves_mm(still))
    assert (found.method, found.reason) == ("none", "tof_unusable")


def test_the_same_images_give_the_same_matrix() -> None:
    moved = simulate("tof-moved", seed=2)
    assert np.array_equal(laid(moved).matrix, laid(moved).matrix)


def test_a_moved_angiogram_tells_the_artery() -> None:
    moved = simulate("tof-moved", seed=1)
    ends = {"left": Ends(**moved.truth["ends"]["left"])}
    report = measure(moved.volume, ends, tof=moved.tof)
    assert [c.vessel for c in report.nerves["left"].contacts] == ["artery"]
    assert report.tof is not None
    assert report.tof.method == "rigid"


def test_an_unusable_angiogram_leaves_vessels_unknown_and_says_so() -> None:
    still = simulate("tof", seed=1)
    assert still.tof is not None
    ends = {"left": Ends(**still.truth["ends"]["left"])}
    mirrored = Volume(still.tof.voxels[:, ::-1].copy(), still.tof.affine)
    nerve = measure(still.volume, ends, tof=mirrored).nerves["left"]
    assert [c.vessel for c in nerve.contacts] == ["unknown"]
    assert any("angiogram was not used" in flag.sentence for flag in nerve.flags)
