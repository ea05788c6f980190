"""The bound from painted scans is that of the formula, and falls as it must."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.bench.bound import KNOWN, Bound, bound

LEVELS, SPREAD = KNOWN[1:]


@cache
def of(voxel_mm: float, snr: float = 20.0) -> Bound:
    return bound(voxel_mm, snr=snr)


@pytest.mark.parametrize(("voxel_mm", "least"), [(0.4, 0.007), (0.5, 0.0125)])
def test_it_is_nerve_md_s_with_the_contrast_free(voxel_mm: float, least: float) -> None:
    assert of(voxel_mm).by_unknown[LEVELS] == pytest.approx(least, rel=0.08)


def test_with_all_else_known_it_is_that_of_a_sharp_edge() -> None:
    """NERVE.md: sd of one slice's area 2.65 (sigma / contrast) sqrt(R) h^1.5, over 15 mm."""
    voxel, radius, noise = 0.4, 0.6, (1 / 20) / 0.65
    slices = 15.0 / voxel
    area = np.pi * radius**2
    slice_sd = 2.65 * noise * np.sqrt(radius) * voxel**1.5
    assert of(voxel).by_unknown[KNOWN[0]] == pytest.approx(
        slice_sd / area / np.sqrt(slices), rel=0.25
    )


def test_what_has_to_be_found_beside_it_costs() -> None:
    found = of(0.5).by_unknown
    assert found[KNOWN[0]] < found[LEVELS] < found[SPREAD]


def test_twice_the_noise_is_twice_the_bound() -> None:
    assert of(0.5, 10.0).by_unknown[LEVELS] == pytest.approx(2 * of(0.5).by_unknown[LEVELS])
