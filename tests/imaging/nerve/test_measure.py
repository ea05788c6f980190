"""The whole measurement on analytic tubes and its refusals."""

import numpy as np
import pytest

from imaging.nerve.errors import VoxelsTooLarge
from imaging.nerve.measure import measure
from imaging.nerve.result import Ends
from imaging.nerve.table import to_json_dict
from imaging.nerve.volume import Volume
from tests.imaging.nerve.tube_image import arc, straight, tube_image

AREA = np.pi * 0.6**2


def ends_of(begin, end):
    return Ends(tuple(map(float, begin)), tuple(map(float, end)))


def measured(volume, begin, end):
    nerve = measure(volume, {"left": ends_of(begin, end)}).nerves["left"]
    assert nerve.status == "measured", nerve.reason
    return nerve


@pytest.mark.parametrize("seed", range(10))
def test_standard_nerve_is_within_five_percent(seed):
    """Issue 2: 1.2 mm diameter, 0.4 mm voxels, SNR 20: ten seeds out of ten."""
    curve, begin, end = arc() if seed % 2 else straight(direction=(1, 0.2, 0.1))
    shift = np.random.default_rng(seed).uniform(0, 0.4, 3)
    volume = tube_image([curve], [0.6], seed=seed, shift_mm=shift)
    numbers = measured(volume, begin, end).numbers
    assert numbers.csa_mean_mm2 == pytest.approx(AREA, rel=0.05)
    assert numbers.volume_mm3 == pytest.approx(AREA * 15.0, rel=0.05)


def test_without_noise_the_area_is_exact():
    curve, begin, end = arc()
    numbers = measured(tube_image([curve], [0.6], snr=0), begin, end).numbers
    assert numbers.csa_mean_mm2 == pytest.approx(AREA, rel=0.004)


def test_thick_slices_are_refused_with_the_reason():
    volume = Volume(np.ones((40, 40, 20)), np.diag([0.43, 0.43, 2.5, 1.0]))
    with pytest.raises(VoxelsTooLarge, match=r"2\.5 mm apart"):
        measure(volume, {"left": ends_of((2, 2, 2), (10, 10, 10))})


def test_point_outside_is_refused_and_the_other_nerve_measured():
    curve, begin, end = straight()
    volume = tube_image([curve], [0.6])
    report = measure(
        volume, {"left": ends_of(begin, end), "right": ends_of((99, 0, 0), (80, 0, 0))}
    )
    assert report.nerves["left"].status == "measured"
    assert report.nerves["right"].reason_code == "outside_volume"
    assert "lies outside the scan" in report.nerves["right"].reason


def test_pure_noise_is_refused():
    noise = np.random.default_rng(0).normal(1000, 50, (50, 40, 40))
    volume = Volume(noise, np.diag([0.4, 0.4, 0.4, 1.0]))
    report = measure(volume, {"left": ends_of((3, 8, 8), (17, 8, 8))})
    assert report.nerves["left"].status == "refused"


def test_constant_image_is_refused_as_unusable():
    volume = Volume(np.full((50, 40, 40), 7.0), np.diag([0.4, 0.4, 0.4, 1.0]))
    report = measure(volume, {"left": ends_of((3, 8, 8), (17, 8, 8))})
    assert report.nerves["left"].reason_code == "unusable_image"


def test_polarity_is_found_from_the_image():
    curve, begin, end = straight(direction=(1, 0.1, 0.2))
    dark = tube_image([curve], [0.6])
    bright = tube_image([curve], [0.6], fluid=300.0, inside=1000.0)
    assert measure(dark, {"left": ends_of(begin, end)}).polarity == "dark"
    assert measure(bright, {"left": ends_of(begin, end)}).polarity == "bright"


def test_bright_nerve_has_its_area_too():
    curve, begin, end = arc()
    volume = tube_image([curve], [0.6], fluid=300.0, inside=1000.0, seed=4)
    assert measured(volume, begin, end).numbers.csa_mean_mm2 == pytest.approx(AREA, rel=0.05)


def test_sections_lie_on_the_axis_and_across_it():
    curve, begin, end = arc()
    nerve = measured(tube_image([curve], [0.6]), begin, end)
    centres = np.array([section.centre_mm for section in nerve.sections])
    away = np.linalg.norm(centres[:, None] - curve[None], axis=-1).min(axis=1)
    assert away.max() < 0.1
    assert max(np.diff([section.arc_mm for section in nerve.sections])) <= 0.5


def test_the_same_input_gives_the_same_table():
    curve, begin, end = arc()
    volume = tube_image([curve], [0.6])
    ends = {"left": ends_of(begin, end)}
    first = to_json_dict(measure(volume, ends), "0", "1")
    assert first == to_json_dict(measure(volume, ends), "0", "1")
