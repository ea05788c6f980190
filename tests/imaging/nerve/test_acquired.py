"""Zero filling is recognised, from the header or the image, and undone."""

import numpy as np
import pytest

from imaging.nerve.acquired import as_acquired
from imaging.nerve.phantom import simulate
from imaging.nerve.volume import Volume


def smooth_box(count, seed=0):
    """A box that holds every frequency of its grid, with noise."""
    rng = np.random.default_rng(seed)
    return 500 + rng.normal(0, 50, (count, count, count))


def zero_filled(box, fill):
    """The same samples between more samples, by k-space alone, along the first two axes."""
    count = box.shape[0]
    spectrum = np.fft.fftshift(np.fft.fftn(box, axes=(0, 1)), axes=(0, 1))
    wide = np.zeros((count * fill, count * fill, count), dtype=complex)
    start = (count * fill) // 2 - count // 2
    wide[start : start + count, start : start + count] = spectrum
    shifted = np.fft.ifftshift(wide, axes=(0, 1))
    return np.real(np.fft.ifftn(shifted, axes=(0, 1))) * fill**2


def volume_of(box, spacing, acquired=None):
    return Volume(box, np.diag([*spacing, 1.0]), acquired_mm=acquired)


@pytest.mark.parametrize("acquired", [None, (0.5, 0.5)])
def test_zero_filling_is_undone_with_or_without_a_header(acquired):
    box = smooth_box(45)
    volume = volume_of(zero_filled(box, 2), (0.25, 0.25, 0.5), acquired)
    found, filled = as_acquired(volume)
    assert filled
    assert found.spacing_mm[:2] == pytest.approx([0.5, 0.5], rel=0.03)
    inner = found.voxels[8:-8, 8:-8, 8:-8]
    assert np.std(inner) == pytest.approx(50, rel=0.1)


def test_the_acquired_voxels_lie_where_they_lay():
    phantom = simulate("zero-filled", seed=1, snr=None)
    volume = Volume(phantom.volume.voxels, phantom.volume.affine)
    found, filled = as_acquired(volume)
    assert filled
    index = np.array([[20.0, 15.0, 12.0], [30.0, 20.0, 16.0]])
    there = found.to_index(volume.to_patient(index))
    ratio = np.array(found.size) / np.array(volume.size)
    assert there == pytest.approx((index + 0.5) * ratio - 0.5, abs=0.6)


@pytest.mark.parametrize("scenario", ["arc", "sinc", "hamming", "anisotropic-coarse", "bright"])
def test_a_scan_that_is_not_zero_filled_stays_as_it_is(scenario):
    volume = simulate(scenario, seed=2).volume
    found, filled = as_acquired(volume)
    assert not filled
    assert found is volume


def test_a_box_of_few_voxels_is_left_alone():
    volume = volume_of(zero_filled(smooth_box(9), 2), (0.25, 0.25, 0.5), (0.5, 0.5))
    assert as_acquired(volume) == (volume, False)
