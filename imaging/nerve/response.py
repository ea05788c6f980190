"""What each voxel holds of a tube: the forward model in native voxels, with its derivatives."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .frame import Course
from .neighbourhood import Placed
from .tube import REACH, blurred_disc, table
from .volume import Array, Volume

SUBVOXEL_MM = 0.26
FLATTEST = 0.8
NUDGE_MM2 = 2e-4


@dataclass(frozen=True)
class Sampling:
    """How a voxel averages: the box is split into equal cells (offsets_mm: (m, 3), patient
    coordinates), each taken as a Gaussian of standard deviation blur_mm.

    boxes_mm: (3,), the box's sides; axes: unit vectors along them as columns. extra_mm2: variance
    of the point spread beyond the box's; box: the sampling without it.
    """

    offsets_mm: Array
    blur_mm: float
    boxes_mm: Array
    axes: Array
    extra_mm2: float = 0.0
    box: Sampling | None = None

    def widened(self, extra_mm2: float) -> Sampling:
        """With a point spread whose variance is larger than the box's by extra_mm2. Where it is
        negative, the box shrinks, ever more slowly, to no less than a point."""
        box = self.box or self
        if extra_mm2 >= 0:
            blur_mm = float(np.sqrt(box.blur_mm**2 + extra_mm2))
            return replace(box, blur_mm=blur_mm, extra_mm2=extra_mm2, box=box)
        narrowest = self.boxes_mm.min()
        left = np.exp(12 * extra_mm2 / narrowest**2)
        scale = np.sqrt(1 + (left - 1) * (narrowest / self.boxes_mm) ** 2)
        return replace(
            box,
            offsets_mm=np.ascontiguousarray(box.offsets_mm @ (self.axes * scale) @ self.axes.T),
            blur_mm=box.blur_mm * float(np.sqrt(np.mean(scale**2))),
            extra_mm2=extra_mm2,
            box=box,
        )


def sampling_of(volume: Volume, cell_mm: float = SUBVOXEL_MM) -> Sampling:
    """Cells of about cell_mm; a box of width h has variance h^2 / 12."""
    spacing = volume.spacing_mm
    cells = np.maximum(1, np.ceil(spacing / cell_mm - 0.01)).astype(int)
    ticks = [(np.arange(n) + 0.5) / n - 0.5 for n in cells]
    grid = np.stack(np.meshgrid(*ticks, indexing="ij"), -1).reshape(-1, 3)
    variance = float(np.mean((spacing / cells) ** 2) / 12)
    offsets = np.ascontiguousarray(grid * spacing @ volume.axes.T)
    return Sampling(offsets, float(np.sqrt(variance)), spacing, volume.axes)


@dataclass(frozen=True)
class Shape:
    """A tube on its course's samples, each (n,): radius_mm (area-equivalent), centre offsets
    u_mm and v_mm, and the ellipse's two components (cos 2t, sin 2t)."""

    radius_mm: Array
    u_mm: Array
    v_mm: Array
    cosine: Array
    sine: Array


def filled(course: Course, shape: Shape, placed: Placed, sampling: Sampling) -> tuple[Array, Array]:
    """The share of each voxel inside the tube, (n,), and its derivatives, (n, 6), with respect to
    radius, u, v, cosine and sine at the voxel's arc length and to the blur's variance (1 / mm^2).

    An ellipse with semi-axes a, b has 1/r^2 proportional to 1 - c cos 2t - s sin 2t; r is scaled so
    that the area is pi radius^2. The blur along r is widened where the edge is oblique to r.
    """
    sides = np.stack([course.tangents, course.normals, course.binormals], 1)
    grids = np.stack([shape.radius_mm, shape.u_mm, shape.v_mm, shape.cosine, shape.sine], 1)
    return _filled(
        table(),
        placed.arc_mm,
        placed.u_mm,
        placed.v_mm,
        placed.sample,
        np.ascontiguousarray(sides),
        np.ascontiguousarray(grids),
        float(course.arc_mm[0]),
        float(course.arc_mm[1] - course.arc_mm[0]),
        sampling.offsets_mm,
        sampling.blur_mm,
    )


def widening(
    course: Course, shape: Shape, placed: Placed, sampling: Sampling, share: Array, slopes: Array
) -> Array:
    """Derivative of each voxel's share by the point spread's extra variance, (n,), 1 / mm^2; by a
    difference where the box shrinks, as that is no Gaussian's derivative."""
    if sampling.extra_mm2 >= 0:
        return slopes[:, 5]
    nudged = sampling.widened(sampling.extra_mm2 - NUDGE_MM2)
    return np.asarray((share - filled(course, shape, placed, nudged)[0]) / NUDGE_MM2)


@compiled
def _reach(grids: Array, offsets: Array, blur: float) -> float:
    """How far from the course a voxel can hold any of the tube at all, mm."""
    widest, aside, flat = 0.0, 0.0, 0.0
    for i in range(len(grids)):
        widest = max(widest, grids[i, 0])
        aside = max(aside, np.hypot(grids[i, 1], grids[i, 2]))
        flat = max(flat, np.hypot(grids[i, 3], grids[i, 4]))
    across = 0.0
    for k in range(len(offsets)):
        across = max(across, np.sqrt(np.sum(offsets[k] ** 2)))
    longer = ((1 + flat) / (1 - flat)) ** 0.25
    tilted = np.sqrt(1 + flat * flat / (1 - flat * flat))
    return widest * longer + aside + across + REACH * blur * tilted


@compiled
def _filled(
    entries: Array,
    arcs: Array,
    us: Array,
    vs: Array,
    samples: NDArray[np.int64],
    sides: Array,
    grids: Array,
    first: float,
    step: float,
    offsets: Array,
    blur: float,
) -> tuple[Array, Array]:
    n = len(arcs)
    m = len(offsets)
    last = len(grids) - 1
    share = np.zeros(n)
    slope = np.zeros((n, 6))
    now = np.empty(5)
    reach = _reach(grids, offsets, blur)
    for p in range(n):
        if us[p] * us[p] + vs[p] * vs[p] > reach * reach:
            continue
        side = sides[samples[p]]
        for k in range(m):
            dx, dy, dz = offsets[k, 0], offsets[k, 1], offsets[k, 2]
            along = arcs[p] + dx * side[0, 0] + dy * side[0, 1] + dz * side[0, 2]
            u = us[p] + dx * side[1, 0] + dy * side[1, 1] + dz * side[1, 2]
            v = vs[p] + dx * side[2, 0] + dy * side[2, 1] + dz * side[2, 2]
            place = min(max((along - first) / step, 0.0), last - 1e-9)
            i = int(place)
            t = place - i
            for c in range(5):
                now[c] = grids[i, c] * (1 - t) + grids[i + 1, c] * t
            u -= now[1]
            v -= now[2]
            squared = max(u * u + v * v, 1e-12)
            distance = np.sqrt(squared)
            cosine = (u * u - v * v) / squared
            sine = 2 * u * v / squared
            flat = 1 - now[3] * now[3] - now[4] * now[4]
            swell = 1 - now[3] * cosine - now[4] * sine
            scale = np.sqrt(np.sqrt(flat) / swell)
            radius = now[0] * scale
            tilt = -(now[3] * sine - now[4] * cosine) / swell
            width = blur * np.sqrt(1 + tilt * tilt)
            f, by_radius, by_distance = blurred_disc(entries, distance / width, radius / width)
            by_radius /= width
            by_distance /= width
            turn = by_radius * radius * tilt / squared
            share[p] += f
            slope[p, 0] += by_radius * scale
            slope[p, 1] += -by_distance * u / distance + turn * v
            slope[p, 2] += -by_distance * v / distance - turn * u
            slope[p, 3] += by_radius * radius * 0.5 * (cosine / swell - now[3] / flat)
            slope[p, 4] += by_radius * radius * 0.5 * (sine / swell - now[4] / flat)
            slope[p, 5] -= (by_distance * distance + by_radius * radius) / (2 * blur * blur)
    return share / m, slope / m
