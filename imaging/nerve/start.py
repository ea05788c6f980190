"""A first guess for the fit: fluid level, contrast, radius, and which voxels to leave out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import (  # type: ignore[attr-defined]
    gaussian_filter,
    generate_binary_structure,
    grey_dilation,
    label,
)

from imaging.told import told

from .errors import SignedValues
from .frame import Course
from .model import FAR_MM, REACH_MM, Side
from .neighbourhood import Neighbourhood, place, require_voxels, voxels_near
from .patch import Mask
from .splines import spline
from .strand import Strand, strand_on
from .volume import Array, Volume

GROUND_KNOTS_MM = 6.0
OTHER = (0.25, 0.45)
CORE_MM = 0.35
RING_MM = (0.25, 1.0)
BIN_MM = 0.5
EXPOSED = 0.4
BAND_CORE_MM = 0.4
AS_DEEP = 0.55
ALL_ROUND = 0.25
LONGEST_TRIM_MM = 4.0
FLUID_MM = (1.2, 2.2)
DARKEST = 0.2


@dataclass(frozen=True)
class Guess:
    """fluid: level around the nerve; contrast: nerve minus fluid, same unit; radius_mm."""

    fluid: float
    contrast: float
    radius_mm: float


def guess(near: Neighbourhood, course: Course, voxel_mm3: float, sign: int) -> Guess:
    """Levels from quantiles beside and on the axis, radius from the intensity integral."""
    distance = near.placed.distance_mm
    core = near.values[distance < max(CORE_MM, float(np.quantile(distance, 0.02)))]
    ring = near.values[(distance > FLUID_MM[0]) & (distance < FLUID_MM[1])]
    fluid = float(np.quantile(ring, 0.6 if sign > 0 else 0.3))
    contrast = (float(np.median(core)) - fluid) * 1.05
    if contrast * sign >= 0:
        contrast = -sign * max(0.2 * abs(fluid), float(np.std(ring)), 1e-6)
    close = distance < 1.1
    filled = np.clip((near.values[close] - fluid) / contrast, -0.3, 1.2).sum()
    area = filled * voxel_mm3 / course.length_mm
    return Guess(fluid, contrast, float(np.clip(np.sqrt(max(area, 0) / np.pi), 0.35, 0.8)))


def require_fluid(begin: Guess) -> None:
    """Raises SignedValues where fluid around a darker nerve is not brighter than nothing."""
    if begin.fluid <= DARKEST * abs(begin.contrast):
        raise SignedValues(
            told(
                "What surrounds the nerve is not brighter than zero: these are no magnitude "
                "values (a phase, difference or normalised image?); use the scanner's own series."
            )
        )


def exposed(
    near: Neighbourhood, course: Course, like_nerve: Array, begin: Guess, voxel_mm: float
) -> tuple[float, float]:
    """The stretch of the course, from and to in mm, with fluid about it: trimmed from both ends
    while less than EXPOSED of the ring around the nerve is fluid (brainstem, bone, fused nerves).

    like_nerve: (n,), 0 in fluid and 1 in nerve, of the smoothed scan.
    """
    radius_mm = begin.radius_mm
    placed = near.placed
    outside = placed.distance_mm - radius_mm - 0.5 * voxel_mm
    ring = (outside > RING_MM[0]) & (outside < RING_MM[1])
    count = max(4, round(course.length_mm / BIN_MM))
    bins = np.minimum((placed.arc_mm[ring] / course.length_mm * count).astype(int), count - 1)
    total = np.bincount(bins, minlength=count)
    fluid = np.bincount(bins, weights=like_nerve[ring] < np.mean(OTHER), minlength=count)
    shut = fluid < EXPOSED * np.maximum(total, 1)
    if begin.contrast < 0 < begin.fluid:
        brightness = 1 + like_nerve * begin.contrast / begin.fluid
        shut &= ~dimmed(near, course, brightness, ring, count, -begin.contrast / begin.fluid)
    step = course.length_mm / count
    most = min(int(LONGEST_TRIM_MM / step), count // 3)
    first, last = 0, count
    while first < most and shut[first]:
        first += 1
    while count - last < most and shut[last - 1]:
        last -= 1
    return first * step, last * step


def dimmed(
    near: Neighbourhood, course: Course, brightness: Array, ring: Mask, count: int, depth: float
) -> Mask:
    """Where a dark band crosses the nerve, (count,): fluid and nerve are dimmed alike, so that the
    nerve stands out from all of its ring as usual; where tissue meets it, it does not.

    brightness: (n,), as a share of fluid's; depth: what of it the nerve usually lacks.
    """
    place = np.minimum((near.placed.arc_mm / course.length_mm * count).astype(int), count - 1)
    core = near.placed.distance_mm < BAND_CORE_MM
    found = np.zeros(count, dtype=bool)
    for number in range(count):
        here = place == number
        if (here & core).any() and (here & ring).any():
            around = float(np.quantile(brightness[here & ring], ALL_ROUND))
            inside = float(np.median(brightness[here & core]))
            found[number] = around > 0 and 1 - inside / around > AS_DEEP * depth
    return found


def smoothed_at(volume: Volume, near: Neighbourhood) -> Array:
    """The scan lightly smoothed (about 0.7 voxel), at the neighbourhood's voxels, (n,)."""
    first = np.maximum(near.index.min(axis=0) - 3, 0)
    last = np.minimum(near.index.max(axis=0) + 4, volume.size)
    box = volume.voxels[first[0] : last[0], first[1] : last[1], first[2] : last[2]].astype(float)
    smooth = gaussian_filter(box, 0.7, truncate=3)
    return np.asarray(smooth[tuple((near.index - first).T)])


def elsewhere(near: Neighbourhood, like_nerve: Array, inside_mm: Array, voxel_mm: float) -> Array:
    """How surely another structure fills or borders each voxel, 0 to 1, (n,): where one is
    nerve-like by OTHER[0] (not at all) to OTHER[1] (surely), farther than a voxel from every
    strand's edge (inside_mm, negative outside), and its neighbours. Not yes or no, so that a
    structure at the threshold does not come and go by where exactly an end was clicked."""
    off = inside_mm < -(0.15 + 0.9 * voxel_mm)
    other = (like_nerve > OTHER[0]) & off
    low = near.index.min(axis=0)
    grid = np.zeros(near.index.max(axis=0) - low + 1, dtype=bool)
    where = tuple((near.index - low).T)
    grid[where] = other
    labels, count = label(grid, np.ones((3, 3, 3)))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    grown = np.zeros(grid.shape)
    surely = (like_nerve - OTHER[0]) / (OTHER[1] - OTHER[0])
    grown[where] = np.where(off, np.clip(surely, 0, 1), 0.0)
    grown *= (sizes >= 4)[labels]
    grown = grey_dilation(grown, footprint=generate_binary_structure(3, 2), mode="constant")
    return np.asarray(grown[where])


def depth_inside(strands: tuple[Strand, ...], near: Neighbourhood) -> Array:
    """Distance inside the nearest strand's edge, mm, negative outside, (n,)."""
    deepest = np.full(len(near.values), -np.inf)
    for number, strand in enumerate(strands):
        placed = near.placed if number == 0 else place(near.points_mm, strand.course, FAR_MM)
        shape = strand.shape(placed.arc_mm)
        away = np.hypot(placed.u_mm - shape.u_mm, placed.v_mm - shape.v_mm)
        deepest = np.maximum(deepest, shape.radius_mm - away)
    return deepest


def exposed_ends(volume: Volume, course: Course, sign: int) -> Array:
    """The course's two ends, (2, 3), moved inwards to where fluid surrounds the nerve."""
    near = voxels_near(volume, course, REACH_MM)
    begin = guess(near, course, float(np.prod(volume.spacing_mm)), sign)
    like = (smoothed_at(volume, near) - begin.fluid) / begin.contrast
    finest = float(volume.spacing_mm.min())
    return course.at(np.array(exposed(near, course, like, begin, finest)))


def first_side(volume: Volume, course: Course, sign: int, knots_mm: float) -> tuple[Side, Guess]:
    """The nerve alone on its path, other structures masked out."""
    near = voxels_near(volume, course, REACH_MM)
    begin = guess(near, course, float(np.prod(volume.spacing_mm)), sign)
    strand = strand_on(course, begin.radius_mm, knots_mm)
    like = (smoothed_at(volume, near) - begin.fluid) / begin.contrast
    finest = float(volume.spacing_mm.min())
    weight = 1 - elsewhere(near, like, depth_inside((strand,), near), finest)
    ground = spline(course.length_mm, GROUND_KNOTS_MM)
    background = np.zeros(3 * ground.count)
    background[: ground.count] = begin.fluid
    none = np.zeros((1, 2, len(weight)))
    side = Side(near, weight, (strand,), ground, background, np.zeros(0), none)
    require_voxels(int(np.sum(side.trusted)))
    return side, begin
