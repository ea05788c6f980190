"""The phantoms hold the truth that they state."""

import json

import numpy as np
import pytest

from imaging.nerve.phantom import simulate
from imaging.nerve.phantom_scenarios import SCENARIOS, find
from imaging.nerve.phantom_settings import WrongSetting

FLUID, NERVE = 1000.0, 350.0
SMALL = [s.name for s in SCENARIOS if not s.settings.head and s.settings.psf == "box"]


def measured_over_true(phantom, side="left"):
    """Dark signal weighted by a smooth window of x, over the same of the stated profile."""
    volume, profile = phantom.volume, phantom.truth["nerves"][side]["profile"]
    sign = 1 if side == "left" else -1
    index = np.stack(np.meshgrid(*map(np.arange, volume.size), indexing="ij"), axis=-1)
    x = sign * volume.to_patient(index)[..., 0]
    lost = (FLUID - volume.voxels) / (FLUID - NERVE) * np.prod(volume.spacing_mm)
    seen = np.sum(lost * window(x))
    centres = np.array([row["centre_mm"] for row in profile])
    areas = np.array([row["area_mm2"] for row in profile])
    arc = np.array([row["arc_mm"] for row in profile])
    return seen / np.trapezoid(areas * window(sign * centres[:, 0]), arc)


def window(x):
    return np.exp(-(((x - 12) / 2) ** 2)) * (x > 0)


@pytest.mark.parametrize(
    "name",
    ["straight", "oblique", "arc", "helix", "ellipse", "taper", "anisotropic", "sinc", "hamming",
     "zero-filled"],
)  # fmt: skip
def test_the_painted_volume_is_the_stated_volume_to_a_tenth_of_a_per_cent(name):
    phantom = simulate(name, seed=3, snr=None)
    assert measured_over_true(phantom) == pytest.approx(1, abs=1e-3)
    assert measured_over_true(phantom, "right") == pytest.approx(1, abs=1e-3)


def test_a_straight_notched_nerve_loses_the_stated_volume():
    phantom = simulate("notch", seed=1, snr=None, path="straight", diameter_mm=0.7)
    assert measured_over_true(phantom) == pytest.approx(1, abs=1.5e-3)


@pytest.mark.parametrize("name", ["straight", "hamming", "zero-filled"])
def test_the_painted_nerve_lies_where_its_truth_says(name):
    volume = simulate(name, seed=1, snr=None, path="straight").volume
    index = np.stack(np.meshgrid(*map(np.arange, volume.size), indexing="ij"), axis=-1)
    points, lost = volume.to_patient(index), FLUID - volume.voxels
    middle = (points[..., 0] > 8) & (points[..., 0] < 19)
    centre = np.average(points[middle], axis=0, weights=lost[middle])
    np.testing.assert_allclose(centre[1:], 0, atol=0.01)


def test_a_uniform_cylinder_has_the_textbook_area_and_volume():
    nerve = simulate("straight").truth["nerves"]["left"]
    assert nerve["csa_mean_mm2"] == pytest.approx(np.pi * 0.36, rel=1e-5)
    assert nerve["volume_mm3"] == pytest.approx(np.pi * 0.36 * 15, rel=1e-5)
    assert nerve["length_mm"] == pytest.approx(15, abs=1e-3)


def test_a_notch_lowers_the_minimum_by_the_square_of_its_depth():
    nerve = simulate("notch").truth["nerves"]["left"]
    assert nerve["csa_min_mm2"] == pytest.approx(np.pi * 0.36 * 0.7**2, rel=1e-4)
    assert nerve["csa_min_at_mm"] == pytest.approx(6.0, abs=0.01)


def test_atrophy_has_the_stated_ratio_of_areas():
    nerves = simulate("atrophy").truth["nerves"]
    ratio = nerves["left"]["csa_mean_mm2"] / nerves["right"]["csa_mean_mm2"]
    assert ratio == pytest.approx(0.694, rel=1e-4)


@pytest.mark.parametrize(("gap", "angle"), [(-0.1, 90.0), (0.0, 60.0), (0.5, 30.0)])
def test_a_vessel_passes_at_the_stated_gap_and_angle(gap, angle):
    phantom = simulate("touching", path="straight", vessel_gap_mm=gap, vessel_angle_deg=angle)
    (contact,) = phantom.truth["nerves"]["left"]["contacts"]
    assert contact["gap_mm"] == pytest.approx(gap, abs=2e-3)
    assert contact["angle_deg"] == pytest.approx(angle, abs=0.2)
    assert contact["arc_mm"] == pytest.approx(6.0, abs=0.05)
    assert phantom.truth["nerves"]["right"]["contacts"] == []


def test_left_is_at_positive_x_of_the_patient():
    ends = simulate("arc").truth["ends"]
    assert ends["left"]["canal_mm"][0] > ends["left"]["brainstem_mm"][0] > 0
    assert ends["right"]["canal_mm"][0] < ends["right"]["brainstem_mm"][0] < 0


def test_noise_has_the_stated_signal_to_noise_ratio():
    noisy, clean = simulate("straight", seed=5, snr=20), simulate("straight", seed=5, snr=None)
    fluid = clean.volume.voxels > 999
    assert noisy.volume.voxels[fluid].std() == pytest.approx(FLUID / 20, rel=0.02)


def test_zero_filled_noise_has_the_stated_ratio_and_resolution():
    phantom = simulate("zero-filled", seed=5)
    corner = phantom.volume.voxels[:30, :12, :8]
    assert corner.std() == pytest.approx(FLUID / 20, rel=0.15)
    assert phantom.volume.acquired_mm == pytest.approx((0.5, 0.5))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    first, again, other = (simulate("arc", seed=seed) for seed in (1, 1, 2))
    assert first.volume.voxels.tobytes() == again.volume.voxels.tobytes()
    assert first.truth == again.truth
    assert first.volume.voxels.tobytes() != other.volume.voxels.tobytes()


@pytest.mark.parametrize("name", SMALL)
def test_every_plain_scenario_makes_a_volume_that_holds_both_nerves(name):
    phantom = simulate(name, seed=2)
    assert np.isfinite(phantom.volume.voxels).all()
    for side in ("left", "right"):
        assert phantom.truth["nerves"][side]["volume_mm3"] > 0
        assert all(phantom.volume.holds(end) for end in phantom.truth["ends"][side].values())
    json.dumps(phantom.truth)


def test_the_companion_angiogram_shows_the_artery_bright_in_the_same_place():
    phantom = simulate("tof", seed=1)
    (contact,) = phantom.truth["nerves"]["left"]["contacts"]
    row = min(
        phantom.truth["nerves"]["left"]["profile"],
        key=lambda row: abs(row["arc_mm"] - contact["arc_mm"]),
    )
    above = np.array(row["centre_mm"]) + np.array([0, 0, 0.6 + contact["gap_mm"] + 0.5])
    i, j, k = np.rint(phantom.tof.to_index(above)).astype(int)
    assert phantom.tof.voxels[i, j, k] > 900


def test_a_scenario_is_found_by_name_and_by_number():
    assert find("P3") is find("arc")
    with pytest.raises(WrongSetting, match="There is no scenario 'ark'"):
        find("ark")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"diameter_mm": 9.0}, "diameter_mm must lie between"),
        ({"spacing_mm": (0.0, 0.4, 0.4)}, "Spacings must lie"),
        ({"colour": 3}, "no setting 'colour'"),
        ({"zero_fill": 2}, "needs a k-space point-spread"),
    ],
)
def test_senseless_settings_are_refused_in_a_sentence(changes, words):
    with pytest.raises(WrongSetting, match=words):
        simulate("arc", **changes)
