"""A strand as k-space sees it, against a discrete Fourier transform of counted points."""

import numpy as np
import pytest

from imaging.nerve.frame import course_through
from imaging.nerve.neighbourhood import voxels_near
from imaging.nerve.response import filled, sampling_of
from imaging.nerve.ringing import band_limited, corrections
from imaging.nerve.strand import strand_on
from imaging.nerve.volume import Volume

SPACING = 0.4
FINE = 8
COUNT = 45
RADIUS = 0.6


def in_plane(shift):
    """A disc of RADIUS in a periodic plane of COUNT pixels, cut to the band of its pixels."""
    ticks = (np.arange(COUNT * FINE) - COUNT * FINE // 2) * SPACING / FINE
    x, y = np.meshgrid(ticks - shift, ticks, indexing="ij")
    soft = np.clip(0.5 - (np.hypot(x, y) - RADIUS) / (SPACING / FINE), 0, 1)
    spectrum = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(soft)))
    start = (COUNT * FINE) // 2 - COUNT // 2
    kept = spectrum[start : start + COUNT, start : start + COUNT]
    return np.real(np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(kept)))) / FINE**2


def counted(shift):
    """The share of each pixel inside the disc, by 40 points along a side."""
    ticks = (np.arange(COUNT * 40) + 0.5) / 40 - 0.5 - COUNT // 2
    x, y = np.meshgrid(ticks * SPACING - shift, ticks * SPACING, indexing="ij")
    inside = np.hypot(x, y) < RADIUS
    return inside.reshape(COUNT, 40, COUNT, 40).mean(axis=(1, 3))


def scene(shift=0.0):
    """A strand along the third axis, shifted from the voxels' centres along the first."""
    line = np.zeros((31, 3))
    line[:, 0] = shift
    line[:, 2] = np.linspace(-6, 6, 31)
    affine = np.diag([SPACING, SPACING, SPACING, 1.0])
    affine[:3, 3] = -SPACING * (COUNT // 2)
    volume = Volume(np.zeros((COUNT, COUNT, COUNT)), affine)
    course = course_through(line, line[0], line[-1])
    return volume, strand_on(course, RADIUS, 2.0), voxels_near(volume, course, 2.0)


@pytest.mark.parametrize("shift", [0.0, 0.13, 0.2])
def test_the_share_is_that_of_the_disc_s_own_spectrum(shift):
    volume, strand, near = scene(shift)
    seen = band_limited(volume, near.index, strand, 0.0)
    true = in_plane(shift)[near.index[:, 0], near.index[:, 1]]
    middle = np.abs(near.points_mm[:, 2]) < 4
    assert np.abs(seen - true)[middle].max() < 0.01


def test_finer_cells_come_nearer_to_a_voxel_box():
    volume, strand, near = scene(0.1)
    sampling = sampling_of(volume)
    shape = strand.shape(strand.course.arc_mm)
    cells, _ = filled(strand.course, shape, near.placed, sampling)
    exact, rings = corrections(volume, near, strand, sampling, 0.0)
    middle = np.abs(near.points_mm[:, 2]) < 4
    true = counted(0.1)[near.index[:, 0], near.index[:, 1]]
    coarse = np.std((cells - true)[middle])
    assert np.std((cells + exact - true)[middle]) < coarse / 2
    assert np.std(rings[middle]) > 5 * coarse
