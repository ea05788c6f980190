"""Change the scan in a way whose effect is known: the answer moves as it should, within its SD."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import affine_transform
from scipy.spatial.transform import Rotation

from imaging.dicom.phantom_series import write_series
from imaging.dicom.volumes import read_volume, write_nifti
from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from imaging.nerve.result import Ends, Nerve
from imaging.nerve.volume import Volume

Change = Callable[[Volume], Volume]
TURN = Rotation.from_euler("xyz", [23, -41, 67], degrees=True).as_matrix()
MARGIN_MM = 7.0
FLUID = 1000.0


@cache
def scan() -> Volume:
    """A small box about one nerve with a vessel near it."""
    phantom = simulate("touching", seed=3, vessel_gap_mm=0.3)
    return cropped(phantom.volume, MARGIN_MM)


@cache
def ends() -> Ends:
    return Ends(**simulate("touching", seed=3, vessel_gap_mm=0.3).truth["ends"]["left"])


def cropped(volume: Volume, margin_mm: float) -> Volume:
    points = volume.to_index(np.array([ends().brainstem_mm, ends().canal_mm]))
    reach = margin_mm / volume.spacing_mm
    first = np.maximum(np.floor(points.min(axis=0) - reach).astype(int), 0)
    last = np.minimum(np.ceil(points.max(axis=0) + reach).astype(int) + 1, volume.size)
    box = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    return placed(volume.voxels[box], volume, first)


def placed(voxels, volume: Volume, first) -> Volume:
    """Voxels whose index 0 is at index `first` of the volume."""
    affine = volume.affine.copy()
    affine[:3, 3] = volume.to_patient(np.asarray(first))
    return Volume(voxels, affine)


def measured(volume: Volume, where: Ends, name: str = "left") -> Nerve:
    nerve = measure(volume, {name: where}).nerves[name]
    assert nerve.status == "measured", nerve.reason
    return nerve


@cache
def plain() -> Nerve:
    return measured(scan(), ends())


def moved(matrix, offset_mm) -> tuple[Volume, Ends]:
    """The whole patient turned and shifted, scan and clicks alike."""
    change = np.eye(4)
    change[:3, :3], change[:3, 3] = matrix, offset_mm
    points = [matrix @ np.array(p) + offset_mm for p in (ends().brainstem_mm, ends().canal_mm)]
    volume = replace(scan(), affine=change @ scan().affine)
    return volume, Ends(*(tuple(map(float, point)) for point in points))


def assert_same(found: Nerve, within_sd: float) -> None:
    """Mean, minimum, volume and gap as on the plain scan, within so many standard deviations."""
    first, second = plain().numbers, found.numbers
    for name in ("csa_mean", "csa_min", "csa_rez"):
        sd = getattr(first, f"{name}_sd_mm2")
        change = getattr(second, f"{name}_mm2") - getattr(first, f"{name}_mm2")
        assert abs(change) < within_sd * sd, name
    assert abs(second.volume_mm3 - first.volume_mm3) < within_sd * first.volume_sd_mm3
    (before,), (after,) = plain().contacts, found.contacts
    assert abs(after.gap_mm - before.gap_mm) < within_sd * before.gap_sd_mm


@pytest.mark.parametrize(
    ("matrix", "offset_mm"),
    [(TURN, np.zeros(3)), (np.eye(3), np.array([512.0, -80.0, 1300.0]))],
    ids=["turned", "shifted"],
)
def test_a_patient_who_lies_elsewhere_has_the_same_nerve(matrix, offset_mm):
    found = measured(*moved(matrix, offset_mm))
    assert_same(found, 0.02)
    before, after = (
        np.array([section.centre_mm for section in nerve.sections]) for nerve in (plain(), found)
    )
    assert len(before) == len(after)
    np.testing.assert_allclose(before @ matrix.T + offset_mm, after, atol=0.005)


def test_a_mirrored_patient_has_the_nerve_on_the_other_side():
    volume, where = moved(np.diag([-1.0, 1.0, 1.0]), np.zeros(3))
    assert_same(measured(volume, where, "right"), 0.02)


def flipped(axis: int) -> Change:
    def change(volume: Volume) -> Volume:
        affine = volume.affine.copy()
        affine[:3, 3] += affine[:3, axis] * (volume.size[axis] - 1)
        affine[:3, axis] *= -1
        return Volume(np.flip(volume.voxels, axis), affine)

    return change


def swapped(order: tuple[int, int, int]) -> Change:
    def change(volume: Volume) -> Volume:
        return Volume(volume.voxels.transpose(order), volume.affine[:, [*order, 3]])

    return change


@pytest.mark.parametrize(
    "change",
    [flipped(0), flipped(2), swapped((2, 0, 1)), swapped((1, 0, 2))],
    ids=["flip i", "flip k", "k i j", "j i k"],
)
def test_the_order_of_stored_voxels_does_not_matter(change):
    assert_same(measured(change(scan()), ends()), 0.1)


@pytest.mark.parametrize(
    "factor",
    [
        1e-6,
        3.7,
        1e7,
    ],
)
def test_the_unit_of_intensity_does_not_matter(factor):
    assert_same(measured(replace(scan(), voxels=scan().voxels * factor), ends()), 0.02)


@pytest.mark.parametrize("dtype", ["<u2", ">i2"])
def test_the_type_of_stored_values_does_not_matter(dtype):
    voxels = np.rint(scan().voxels).astype(dtype)
    assert_same(measured(replace(scan(), voxels=voxels), ends()), 0.1)


def wider(volume: Volume) -> Volume:
    """The same nerve in a larger field of view, of fluid and then nothing."""
    rng = np.random.default_rng(5)
    size = np.array(volume.size) + 40
    noise = rng.normal(0, FLUID / 20, (2, *size))
    level = np.full(size, FLUID)
    level[:8] = 0.0
    voxels = np.hypot(level + noise[0], noise[1])
    voxels[tuple(slice(20, 20 + n) for n in volume.size)] = volume.voxels
    return placed(voxels, volume, [-20, -20, -20])


@pytest.mark.parametrize(
    ("change", "within_sd"),
    [(wider, 0.5), (lambda volume: cropped(volume, 5.5), 0.5)],
    ids=["wider", "narrower"],
)
def test_the_field_of_view_does_not_matter(change, within_sd):
    assert_same(measured(change(scan()), ends()), within_sd)


def resampled(volume: Volume, step_mm: float, turn) -> Volume:
    """Cubic splines on a turned grid of cubes; what lies outside holds the edge's value."""
    axes = turn * step_mm
    centre = volume.to_patient((np.array(volume.size) - 1) / 2)
    size = np.ceil(np.array(volume.size) * volume.spacing_mm / step_mm).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = axes
    affine[:3, 3] = centre - axes @ ((size - 1) / 2)
    inner = np.linalg.inv(volume.affine) @ affine
    voxels = affine_transform(
        volume.voxels.astype(float), inner[:3, :3], inner[:3, 3], tuple(size), mode="nearest"
    )
    return Volume(np.abs(voxels), affine)


@pytest.mark.parametrize(("step_mm", "degrees"), [(0.3, 0.0), (0.4, 12.0)], ids=["finer", "turned"])
def test_a_resampled_scan_gives_the_same_nerve_within_two_sd_and_says_so(step_mm, degrees):
    turn = Rotation.from_euler("zx", [degrees, degrees / 2], degrees=True).as_matrix()
    found = measured(resampled(scan(), step_mm, turn), ends())
    first, second = plain().numbers, found.numbers
    for name in ("csa_mean", "csa_min", "csa_rez"):
        sd = getattr(second, f"{name}_sd_mm2")
        assert abs(getattr(second, f"{name}_mm2") - getattr(first, f"{name}_mm2")) < 2 * sd, name
    assert abs(second.volume_mm3 - first.volume_mm3) < 2 * second.volume_sd_mm3
    assert "interpolated" in [flag.code for flag in found.flags]
    assert "interpolated" not in [flag.code for flag in plain().flags]


def test_clicks_in_the_other_order_give_the_profile_backwards():
    found = measured(scan(), Ends(ends().canal_mm, ends().brainstem_mm))
    assert found.numbers.csa_mean_mm2 == pytest.approx(plain().numbers.csa_mean_mm2, rel=0.003)
    assert found.sections[0].centre_mm == pytest.approx(plain().sections[-1].centre_mm, abs=0.3)


def test_a_series_and_a_file_of_the_same_scan_give_the_same_nerve(tmp_path: Path):
    write_nifti(scan(), tmp_path / "scan.nii.gz")
    write_series(
        scan(), tmp_path / "series", patient_id="M1", patient_name="Meta^Morph",
        birth_date=date(1970, 1, 1), study_date=date(2026, 1, 2),
    )  # fmt: skip
    file, series = (
        measured(read_volume(tmp_path / name), ends()) for name in ("scan.nii.gz", "series")
    )
    assert_same(file, 0.02)
    assert_same(series, 0.1)  # DICOM holds whole numbers
