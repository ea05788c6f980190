"""A scan's own noise and ghosts, of blocks in which both are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.nerve.image_quality import image_quality

SHAPE = (96, 96, 48)


def head(*, noise: float = 0.0, ghost: float = 0.0, wide: int = 22) -> NDArray[np.float64]:
    """A block of 1000 in air; its ghost lies at both edges along the second axis alone."""
    voxels = np.zeros(SHAPE)
    inner = slice(wide, SHAPE[0] - wide)
    voxels[inner, inner] = 1000.0
    voxels[inner, :6] = voxels[inner, -6:] = 1000.0 * ghost
    return voxels + np.random.default_rng(3).normal(0.0, noise, SHAPE)


@pytest.mark.parametrize("noise", [10.0, 50.0, 200.0])
def test_the_ratio_of_signal_and_noise_is_the_one_that_was_put_in(noise: float) -> None:
    found = image_quality(head(noise=noise))
    assert found.snr == pytest.approx(1000 / noise, rel=0.05)
    assert found.is_noisy == (noise > 100)


@pytest.mark.parametrize(("ghost", "told"), [(0.0, False), (0.01, False), (0.04, True)])
def test_ghosts_are_as_strong_as_they_were_put_in(ghost: float, told: bool) -> None:
    found = image_quality(head(noise=10.0, ghost=ghost))
    assert found.ghosting == pytest.approx(ghost, abs=0.002)
    assert found.has_ghosts == told


def test_ghosts_are_found_along_either_direction() -> None:
    one = image_quality(head(noise=5.0, ghost=0.05))
    other = image_quality(head(noise=5.0, ghost=0.05).swapaxes(0, 1))
    assert one.ghosting == pytest.approx(other.ghosting)


def test_slow_change_is_no_noise() -> None:
    shading = np.linspace(0.7, 1.3, SHAPE[0])[:, None, None]
    found = image_quality(head() * shading + np.random.default_rng(1).normal(0, 20.0, SHAPE))
    assert found.snr == pytest.approx(50, rel=0.06)


def test_what_cannot_be_told_is_not_told() -> None:
    assert image_quality(head()).snr is None
    assert image_quality(head(noise=10.0, wide=0)).ghosting is None
    assert image_quality(np.ones((60, 60, 4))).snr is None
    assert image_quality(np.zeros(SHAPE)).snr is None
