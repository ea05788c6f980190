"""What a k-space acquisition makes of a strand beyond what averaging over voxel boxes does.

A scanner samples k-space within a box and nothing outside: its point spread rings, and no sum of
positive cells describes it. The strand is drawn on a finer grid, blurred by a narrow Gaussian that
holds its spectrum within that grid's band, and in the Fourier domain the Gaussian is divided out
and the band cut to the scan's own. The difference to the cells' answer is a correction to the
model, taken at the coefficients of the fit before; it is a fixed point when the fits agree.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfftn, rfftn

from .compiled import compiled
from .frame import Course
from .neighbourhood import Neighbourhood, place
from .response import SUBVOXEL_MM, Sampling, filled, sampling_of
from .strand import Strand
from .volume import Array, Volume

PAD: Final = 7
TAPER: Final = 5
FINER: Final = 2
NARROW: Final = 0.42
REACH: Final = 4.2
REACH_MM: Final = 6.0
BEYOND_MM: Final = 12.0
THICKER: Final = 1.5  # an ellipse's long half axis against the radius of its area
Counts = NDArray[np.int64]


def corrections(
    volume: Volume, near: Neighbourhood, strand: Strand, sampling: Sampling, extra_mm2: float
) -> Array:
    """What coarse cells leave out of each voxel's share, (2, n): first what finer ones add, which
    are the voxel box nearly exactly, then what a band-limited acquisition adds to that.

    extra_mm2: variance of the point spread beyond either.
    """
    course, shape = strand.course, strand.shape(strand.course.arc_mm)
    placed = place(near.points_mm, course, REACH_MM)
    coarse, _ = filled(course, shape, placed, sampling.widened(extra_mm2))
    cells = sampling_of(volume, SUBVOXEL_MM / 2)
    fine, _ = filled(course, shape, placed, cells.widened(extra_mm2))
    sharp = band_limited(volume, near.index, strand, extra_mm2)
    return np.stack([fine - coarse, sharp - fine])


def band_limited(volume: Volume, index: Array, strand: Strand, extra_mm2: float) -> Array:
    """The strand as sampled within the scan's band of k-space, at voxels (n, 3), (n,).

    Blurred by a Gaussian of variance extra_mm2 besides.
    """
    spacing = volume.spacing_mm
    finer = np.maximum(np.rint(FINER * spacing / spacing.min()), FINER).astype(int)
    narrow_mm = NARROW * float(spacing.min())
    first = index.min(axis=0) - PAD
    size = np.array([_odd_length(n) for n in index.max(axis=0) - first + 1 + PAD])
    spectrum = rfftn(_drawn(volume, strand, first, size, finer, narrow_mm), overwrite_x=True)
    kept = _cut(spectrum, size)
    for axis, whole in enumerate((np.fft.fftfreq, np.fft.fftfreq, np.fft.rfftfreq)):
        cycles = whole(int(size[axis]), float(spacing[axis]))
        narrower = np.exp(-2 * np.pi**2 * cycles**2 * (extra_mm2 - narrow_mm**2))
        kept *= _along(narrower / finer[axis], axis)
    image = irfftn(kept, s=tuple(size), overwrite_x=True)
    return np.asarray(image[tuple((index - first).T)])


def _odd_length(least: int) -> int:
    """An odd length (no frequency stands at the band's edge) of small factors, at least this."""
    length = int(least) | 1
    while _rest(length) > 1:
        length += 2
    return length


def _rest(length: int) -> int:
    for factor in (3, 5, 7):
        while length % factor == 0:
            length //= factor
    return length


def _cut(spectrum: NDArray[np.complexfloating], size: Counts) -> NDArray[np.complexfloating]:
    """The frequencies of the coarse grid, out of those of the finer one."""
    for axis in range(2):
        half = int(size[axis]) // 2
        spectrum = np.take(spectrum, np.arange(-half, half + 1), axis=axis, mode="wrap")
        spectrum = np.fft.ifftshift(spectrum, axes=axis)
    return np.ascontiguousarray(spectrum[:, :, : int(size[2]) // 2 + 1])


def _drawn(
    volume: Volume, strand: Strand, first: Array, size: Counts, finer: Counts, narrow_mm: float
) -> Array:
    """The strand on the finer grid, blurred by narrow_mm, faded out towards the grid's faces."""
    course, shape = strand.course, strand.shape(strand.course.arc_mm)
    reach_mm = THICKER * float(shape.radius_mm.max()) + REACH * narrow_mm
    corner, step = volume.to_patient(first), volume.affine[:3, :3] / finer
    whole = size * finer
    line = np.linalg.solve(step, (_extended(course) - corner).T).T
    spacing = np.linalg.norm(step, axis=0)
    index = np.argwhere(_close(np.ascontiguousarray(line), whole, reach_mm / spacing))
    points = np.ascontiguousarray(index @ step.T + corner)
    sampling = Sampling(np.zeros((1, 3)), narrow_mm, volume.spacing_mm, volume.axes)
    share, _ = filled(course, shape, place(points, course, reach_mm + 1.0), sampling)
    grid = np.zeros(tuple(whole.tolist()))
    grid[tuple(index.T)] = share
    for axis in range(3):
        grid *= _along(_fade(int(size[axis]), int(finer[axis])), axis)
    return grid


def _along(values: Array, axis: int) -> Array:
    """A profile along one axis of a box, to multiply the box by."""
    return np.expand_dims(values, [k for k in range(3) if k != axis])


def _extended(course: Course) -> Array:
    """The course's samples and what goes straight on beyond them, (n, 3), mm."""
    far = np.arange(0.2, BEYOND_MM, 0.2)[:, None]
    behind = course.points_mm[0] - far * course.tangents[0]
    ahead = course.points_mm[-1] + far * course.tangents[-1]
    return np.concatenate([behind, course.points_mm[::2], ahead])


@compiled
def _close(centres: Array, size: Counts, reach: Array) -> NDArray[np.bool_]:
    """Grid points in an ellipsoid of half axes `reach` about any of these fractional indices."""
    mask = np.zeros((size[0], size[1], size[2]), dtype=np.bool_)
    for c in range(len(centres)):
        x, y, z = centres[c]
        for i in range(max(0, int(np.ceil(x - reach[0]))), min(size[0], int(x + reach[0]) + 1)):
            a = 1 - ((i - x) / reach[0]) ** 2
            for j in range(max(0, int(np.ceil(y - reach[1]))), min(size[1], int(y + reach[1]) + 1)):
                b = a - ((j - y) / reach[1]) ** 2
                if b <= 0:
                    continue
                half = np.sqrt(b) * reach[2]
                for k in range(max(0, int(np.ceil(z - half))), min(size[2], int(z + half) + 1)):
                    mask[i, j, k] = True
    return mask


def _fade(count: int, finer: int) -> Array:
    """1 inside, down to 0 by a cosine over the outermost TAPER voxels, (count * finer,)."""
    where = np.arange(count * finer) / finer
    edge = np.minimum(where, count - 1 - where)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip((edge + 1) / TAPER, 0, 1)))
