"""Each way in which a scan can fail has its own code, and what is near it is measured still."""

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from scipy.spatial import KDTree

from imaging.nerve.errors import LowSignal, ModelMisfit, Refused
from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from imaging.nerve.quality import flags_of, require_signal, require_warrant
from imaging.nerve.result import Ends, Nerve, Numbers, Quality

BRIGHT = {"polarity": "bright"}
HALF_MM = {"spacing_mm": (0.5, 0.5, 0.5)}
TOUCHING = {"neighbour_gap_mm": 0.0, **HALF_MM}

# scenario, changes, how the end points are moved (along the nerve, mm; up, mm; a way-point set on
# the brainstem end again, mm beside it), side, its code
REFUSED = [
    ("thick-slices", {}, {}, "left", "slices_too_thick"),
    ("large-voxels", {}, {}, "left", "voxels_too_large"),
    ("small-nerve", {}, {}, "left", "voxels_too_large"),
    ("low-signal", {}, {}, "left", "low_signal"),
    ("low-signal", BRIGHT, {}, "right", "low_signal"),
    ("interrupted", {}, {}, "left", "different_structures"),
    ("interrupted", {"missing_mm": 3.0}, {}, "left", "different_structures"),
    ("tumour", {}, {}, "left", "mass"),
    ("tumour", {"mass_mm": 4.0}, {}, "left", "mass"),
    ("tumour", BRIGHT, {}, "left", "mass"),
    ("fused", {}, {}, "left", "inseparable"),
    ("neighbour", TOUCHING, {}, "left", "inseparable"),
    ("neighbour", TOUCHING, {}, "right", "inseparable"),
    ("pulsation", {"pulsation_mm": 0.6}, {}, "left", "motion"),
    ("pulsation", {"pulsation_mm": 0.6, **HALF_MM}, {}, "right", "motion"),
    ("pulsation", {"pulsation_mm": 0.8}, {}, "right", "motion"),
    ("head", {}, {"brainstem": -6.0}, "right", "end_in_brainstem"),
    ("head", {}, {"brainstem": -6.0}, "left", "end_beside"),
    ("straight", {}, {"again": 0.0}, "left", "no_path"),
    ("walls", {"texture": 0.03}, {"brainstem": -3.5}, "right", "end_in_brainstem"),
    ("walls", {"texture": 0.03}, {"brainstem": -6.0}, "left", "end_in_brainstem"),
    ("walls", {"texture": 0.03}, {"canal_up": 4.5}, "left", "end_in_bone"),
    ("walls", {"texture": 0.03, **BRIGHT}, {"brainstem": -4.0}, "left", "end_in_brainstem"),
    ("clipped", {}, {}, "left", "clipped"),
    ("straight", {"floor_mm": 0.4}, {}, "right", "clipped"),
    ("straight", {}, {"canal": 9.0}, "left", "outside_volume"),
    ("straight", {}, {"canal": -12.0}, "left", "implausible_length"),
    ("signed", {}, {}, "left", "signed_values"),
    ("saturated", {}, {}, "left", "saturated"),
]
# What lies near one of them and is measured within 3 SD of the truth, and the flags it has.
MEASURED = [
    ("anisotropic-coarse", {}, {}, "left", ()),
    ("arc", {"spacing_mm": (0.7, 0.7, 0.7)}, {}, "left", ()),
    ("very-noisy", {}, {}, "right", ()),
    ("tumour", {}, {}, "right", ()),
    ("interrupted", {}, {}, "right", ()),
    ("taper", {"taper": 0.4}, {}, "left", ()),
    ("neighbour", {}, {}, "left", ()),
    ("neighbour", {"neighbour_gap_mm": 0.2}, {}, "left", ("nerve_beside",)),
    ("walls", {"texture": 0.03}, {"brainstem": -1.5}, "left", ()),
    ("walls", {"texture": 0.03}, {"brainstem": -2.4}, "left", ("shortened",)),
    ("walls", {"texture": 0.03}, {"canal": 1.5}, "right", ()),
    ("straight", {"floor_mm": 0.9}, {}, "left", ()),
    ("pulsation", {}, {}, "left", ()),
    ("pulsation", {"pulsation_mm": 0.3}, {}, "right", ("motion",)),
    ("ellipse", {}, {}, "left", ()),
    ("zero-filled", {"snr": 400.0}, {}, "left", ()),
    ("radius", {}, {}, "left", ("unusual_area",)),
    ("quiet", {"snr": None}, {}, "left", ()),
]


@cache
def phantom(scenario, changes):
    return simulate(scenario, seed=1, **dict(changes))


def result(scenario, changes, moved, side):
    """The nerve, refused with the whole scan or alone, and the truth of it."""
    made = phantom(scenario, tuple(sorted(changes.items())))
    points = made.truth["ends"][side]
    brainstem, canal = np.array(points["brainstem_mm"]), np.array(points["canal_mm"])
    along = (canal - brainstem) / np.linalg.norm(canal - brainstem)
    brainstem = brainstem + moved.get("brainstem", 0.0) * along
    canal = canal + moved.get("canal", 0.0) * along + [0, 0, moved.get("canal_up", 0.0)]
    again = (tuple(brainstem + moved["again"]),) if "again" in moved else ()
    ends = Ends(tuple(brainstem), tuple(canal), again)
    try:
        nerve = measure(made.volume, {side: ends}).nerves[side]
    except Refused as why:
        nerve = Nerve(side, "refused", reason=why.sentence, reason_code=why.code)
    return nerve, made.truth["nerves"][side]


@pytest.mark.parametrize(("scenario", "changes", "moved", "side", "code"), REFUSED)
def test_each_failure_has_its_own_code(scenario, changes, moved, side, code):
    nerve, _ = result(scenario, changes, moved, side)
    assert (nerve.status, nerve.reason_code) == ("refused", code)
    assert nerve.reason.endswith(".")
    assert nerve.numbers is None


@pytest.mark.parametrize(("scenario", "changes", "moved", "side", "codes"), MEASURED)
def test_what_lies_near_is_measured(scenario, changes, moved, side, codes):
    nerve, truth = result(scenario, changes, moved, side)
    assert nerve.status == "measured", nerve.reason
    assert tuple(flag.code for flag in nerve.flags) == codes
    apart = nerve.numbers.csa_mean_mm2 - truth["csa_mean_mm2"]
    assert abs(apart) < 3 * nerve.numbers.csa_mean_sd_mm2 + 0.003


def test_a_nerve_that_is_nothing_like_even_is_refused():
    made = phantom("quiet", ())
    points = made.truth["ends"]["left"]
    line = np.array([row["centre_mm"] for row in made.truth["nerves"]["left"]["profile"]])
    places = made.volume.to_patient(np.moveaxis(np.indices(made.volume.size), 0, -1))
    away, _ = KDTree(line).query(places)
    speckles = np.random.default_rng(5).uniform(-140, 140, made.volume.size)
    spoiled = replace(made.volume, voxels=made.volume.voxels + np.where(away < 0.7, speckles, 0))
    ends = Ends(tuple(points["brainstem_mm"]), tuple(points["canal_mm"]))
    nerve = measure(spoiled, {"left": ends}).nerves["left"]
    assert nerve.reason_code == "model_misfit"
    assert "times its noise" in nerve.reason


def quality(**changes):
    usual = {"chi": 1.0, "contrast": -0.65, "contrast_alone": -0.65, "snr": 13.0}
    return Quality(**{**usual, "noise_sharing": 1.0, "coverage": 1.0, "efficiency": 0.9, **changes})


def numbers():
    plain = dict.fromkeys((field.name for field in fields(Numbers)), 0.02)
    return Numbers(**plain | {"csa_mean_mm2": 1.13, "csa_mean_sd_mm2": 0.01})


@pytest.mark.parametrize(("chi", "codes"), [(1.29, []), (1.31, ["residual"]), (1.99, ["residual"])])
def test_a_residual_above_one_point_three_is_flagged(chi, codes):
    require_warrant(numbers(), quality(chi=chi))
    assert [flag.code for flag in flags_of(numbers(), quality(chi=chi))] == codes


def test_a_residual_above_two_is_refused():
    with pytest.raises(ModelMisfit, match=r"2\.1 times its noise"):
        require_warrant(numbers(), quality(chi=2.1))


def test_surroundings_that_are_no_noise_are_refused():
    require_warrant(numbers(), quality(noise_sharing=5.0))
    require_warrant(numbers(), quality(noise_sharing=9.0, snr=500.0))
    with pytest.raises(ModelMisfit, match="no fluid with noise"):
        require_warrant(numbers(), quality(noise_sharing=9.0))


def test_a_nerve_that_noise_hides_is_refused():
    require_signal(quality(snr=2.1))
    with pytest.raises(LowSignal, match=r"1\.9 times the noise"):
        require_signal(quality(snr=1.9))
