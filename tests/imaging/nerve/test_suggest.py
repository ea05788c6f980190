"""Suggested end points: near the true ones on head-like scenes, none where there is nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imaging.dicom.phantom_series import write_series
from imaging.dicom.volumes import read_volume, write_nifti
from imaging.nerve.measure import measure
from imaging.nerve.phantom import Phantom, simulate
from imaging.nerve.suggest import SIDES, Suggestion, suggest_ends
from imaging.nerve.volume import Volume

NEAR_MM = 1.5


@pytest.fixture(scope="module")
def head() -> Phantom:
    return simulate("head", seed=0)


def errors_mm(found: Suggestion, truth: dict[str, Any]) -> list[float]:
    """Distances of the suggested ends from these, brainstem then canal, left then right."""
    return [
        float(np.linalg.norm(np.array(point) - truth[side][name]))
        for side in SIDES
        for name, point in (
            ("brainstem_mm", found.ends[side].brainstem_mm),
            ("canal_mm", found.ends[side].canal_mm),
        )
    ]


def cropped(volume: Volume, low_mm: list[float], high_mm: list[float]) -> Volume:
    """The part of an upright scan between two corners."""
    first = np.maximum(np.ceil(volume.to_index(np.array(low_mm))).astype(int), 0)
    last = np.minimum(np.floor(volume.to_index(np.array(high_mm))).astype(int) + 1, volume.size)
    affine = volume.affine.copy()
    affine[:3, 3] = volume.to_patient(first)
    box = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    return Volume(volume.voxels[box], affine)


def test_both_nerves_of_a_head_are_found(head: Phantom) -> None:
    found = suggest_ends(head.volume)
    assert max(errors_mm(found, head.truth["ends"])) < NEAR_MM
    assert found.confidence > 0.9


@pytest.mark.parametrize(
    "changes",
    [
        {"polarity": "bright", "anatomy": 1},
        {"tilt_deg": (12.0, 8.0), "anatomy": 3},
        {"spacing_mm": (0.5, 0.5, 1.0), "size": (160, 128, 26), "polarity": "bright"},
        {"spacing_mm": (0.4, 0.4, 0.8), "size": (200, 160, 32), "snr": 15.0},
    ],
    ids=["bright", "oblique", "anisotropic-bright", "anisotropic-noisy"],
)
def test_other_contrasts_and_grids_are_found_too(changes: dict[str, Any]) -> None:
    phantom = simulate("head", seed=3, **changes)
    assert max(errors_mm(suggest_ends(phantom.volume), phantom.truth["ends"])) < NEAR_MM


def test_dicom_and_nifti_give_what_the_array_gives(head: Phantom, tmp_path: Path) -> None:
    write_series(
        head.volume,
        tmp_path / "series",
        patient_id="SIM0001",
        patient_name="Phantom^Nerve",
        birth_date=date(1975, 5, 17),
        study_date=date(2026, 3, 2),
    )
    write_nifti(head.volume, tmp_path / "head.nii.gz")
    direct = suggest_ends(head.volume)
    for path in (tmp_path / "series", tmp_path / "head.nii.gz"):
        told = suggest_ends(read_volume(path))
        expected = {side: vars(ends) for side, ends in direct.ends.items()}
        assert max(errors_mm(told, expected)) < 0.05


def test_what_is_suggested_can_be_measured(head: Phantom) -> None:
    report = measure(head.volume, suggest_ends(head.volume).ends)
    for side in SIDES:
        numbers = report.nerves[side].numbers
        assert numbers is not None
        assert numbers.csa_mean_mm2 == pytest.approx(
            head.truth["nerves"][side]["csa_mean_mm2"], rel=0.03
        )


@pytest.mark.parametrize(
    ("low_mm", "high_mm", "reason"),
    [
        ([-40, -34, -12], [2, 30, 14], "no_pair"),
        ([-18, -34, -12], [18, 30, 14], "small_view"),
        ([-40, -34, 3.5], [40, 30, 14], "small_view"),
        ([-24, -34, -12], [24, 30, 14], "no_pair"),
        ([-40, -34, -12], [40, -4, 14], "no_pair"),
        ([-40, 5, -12], [40, 30, 14], "no_pair"),
    ],
    ids=["one-half", "narrow", "above", "no-canal", "front", "back"],
)
def test_a_part_without_both_nerves_suggests_nothing(
    head: Phantom, low_mm: list[float], high_mm: list[float], reason: str
) -> None:
    found = suggest_ends(cropped(head.volume, low_mm, high_mm))
    assert (found.ends, found.reason) == ({}, reason)


def test_a_nerve_without_its_companion_is_not_told_from_others(head: Phantom) -> None:
    # CN VIII overlaps: one strand where two are looked for, which might be any nerve.
    fused = simulate("head", seed=0, neighbour_gap_mm=-0.2)
    assert suggest_ends(fused.volume).ends == {}


@pytest.mark.parametrize("scenario", ["straight", "walls", "neighbour"])
def test_a_scene_without_a_head_suggests_nothing(scenario: str) -> None:
    assert suggest_ends(simulate(scenario, seed=1).volume).ends == {}


def test_noise_and_nothing_suggest_nothing() -> None:
    noise = np.random.default_rng(5).normal(500, 60, (120, 100, 50)).astype(np.float32)
    spread = np.diag([0.5, 0.5, 0.5, 1.0])
    assert suggest_ends(Volume(noise, spread)).reason == "no_symmetry"
    assert suggest_ends(Volume(np.full((90, 90, 50), 7.0), spread)).reason == "unusable_image"
    assert suggest_ends(Volume(noise, np.diag([0.5, 0.5, 2.5, 1.0]))).reason == "slices_too_thick"
