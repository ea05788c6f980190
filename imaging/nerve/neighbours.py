"""Vessels and nerves near the facial nerve, found from what its fit leaves unexplained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.ndimage import (  # type: ignore[attr-defined]
    distance_transform_edt,
    gaussian_filter,
    label,
)

from .errors import NoPath
from .fit import Fit
from .frame import Course, course_through, smoothed
from .march import arrival_times
from .model import ground_of
from .neighbourhood import Neighbourhood, voxels_near
from .patch import Mask
from .path import walk_back
from .response import filled
from .scan import Scan
from .start import depth_inside
from .strand import Strand, strand_on
from .volume import Array

REACH_MM: Final = 4.0
LIKE: Final = 0.3
THICK_MM: Final = 1.2
SMALLEST_MM3: Final = 0.5
SHORTEST_MM: Final = 3.0
NEAREST_MM: Final = 1.1
OWN_MM: Final = 0.9
PARALLEL: Final = 0.91  # the cosine of 25 degrees, from which on a vessel crosses
MOST: Final = 4
KNOTS_MM: Final = 2.0
ARM_MM: Final = 1.5
CORNER_DEG: Final = 60.0
VESSEL_CONTRAST: Final = (1.3, 0.25)
NERVE_CONTRAST: Final = (1.0, 0.08)


@dataclass(frozen=True)
class Rest:
    """What the nerve's fit leaves over on a box of the scan, in units of the nerve's contrast
    (1 where something like nerve remains, 0 in fluid): like (a, b, c), its first index in the
    scan, and whether it is known."""

    like: Array
    first: Array
    known: Mask


def find_neighbours(scan: Scan, fit: Fit) -> tuple[Strand, ...]:
    """Strands near a nerve fitted alone, roughly placed and sized, at most MOST, thickest first."""
    near = voxels_near(scan.volume, fit.sides[0].strands[0].course, REACH_MM)
    rest = _rest(scan, fit, near)
    nerve = fit.sides[0].strands[0]
    found = []
    for ridge in _ridges(scan, rest, float(np.prod(scan.volume.spacing_mm))):
        for piece in _pieces(scan, rest, ridge):
            strand = _strand(scan, rest, piece, nerve)
            if strand is not None:
                found.append(strand)
    return tuple(found[:MOST])


def _rest(scan: Scan, fit: Fit, near: Neighbourhood) -> Rest:
    side = replace(fit.sides[0], near=near, weight=np.ones(len(near.values)))
    nerve = side.strands[0]
    level = ground_of(side, near.placed) @ side.background
    step = fit.contrasts[0] * (level if scan.multiplicative else np.ones_like(level))
    share, _ = filled(
        nerve.course,
        nerve.shape(nerve.course.arc_mm),
        near.placed,
        scan.sampling.widened(fit.blur_mm2),
    )
    first = near.index.min(axis=0) - 2
    like = np.zeros(near.index.max(axis=0) - first + 3)
    known = np.zeros(like.shape)
    where = tuple((near.index - first).T)
    like[where] = (near.values - level) / step - share
    known[where] = 1.0
    width = 0.25 / scan.volume.spacing_mm
    weight = gaussian_filter(known, width)
    smooth = gaussian_filter(like, width) / np.maximum(weight, 0.05)
    rim = np.zeros(like.shape, dtype=bool)
    rim[where] = depth_inside((nerve,), near) > 0
    smooth[rim] = 0.0
    return Rest(smooth * known, first, known > 0)


def _ridges(scan: Scan, rest: Rest, voxel_mm3: float) -> list[Array]:
    """Axes of thin unexplained structures, as box indices (n, 3), largest structure first."""
    spacing = scan.volume.spacing_mm
    mask = rest.like > LIKE
    depth_mm = distance_transform_edt(np.pad(mask | ~rest.known, 1, mode="edge"), spacing)
    thick = depth_mm[1:-1, 1:-1, 1:-1] > THICK_MM
    if thick.any():
        mask &= distance_transform_edt(~thick, spacing) > THICK_MM + 0.5
    ridges = []
    for _ in range(2 * MOST):
        labels, count = label(mask, np.ones((3, 3, 3)))
        sizes = np.bincount(labels.ravel(), minlength=count + 1)
        sizes[0] = 0
        if sizes.max(initial=0) * voxel_mm3 < SMALLEST_MM3:
            break
        part = labels == int(np.argmax(sizes))
        ridge = _axis(rest.like, part)
        if len(ridge) >= 3:
            ridges.append(ridge)
        around = np.ones(mask.shape, dtype=bool)
        around[tuple(ridge.T)] = False
        mask &= distance_transform_edt(around, spacing) > OWN_MM
        mask &= ~part | (distance_transform_edt(around, spacing) > OWN_MM)
    return ridges


def _axis(like: Array, part: Mask) -> Array:
    """The longest way through a structure along its strongest voxels, (n, 3)."""
    speed = np.where(part, np.clip(like, 0.05, 1.0) ** 2, 0.0)
    begin = _index(np.where(part, like, -np.inf).argmax(), part.shape)
    for _ in range(2):
        times = arrival_times(speed, begin, 1.0)
        times[begin] = 0.0
        reached = np.where(np.isfinite(times) & part, times, -1.0)
        end = _index(reached.argmax(), part.shape)
        begin, last = end, begin
    if begin == last:
        return np.array([begin])
    try:
        return walk_back(times, last, begin)
    except NoPath:
        return np.array([begin])


def _index(flat: np.intp, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(flat, shape))


def _pieces(scan: Scan, rest: Rest, ridge: Array) -> list[Array]:
    """The ridge cut at its sharpest corner, where a vessel and a nerve that touch part ways; a
    vessel's own loop turns less within ARM_MM."""
    points = scan.volume.to_patient(_centred(rest, ridge))
    arc = np.cumsum(np.linalg.norm(np.diff(points, axis=0, prepend=points[:1]), axis=1))
    if arc[-1] < 2 * SHORTEST_MM:
        return [ridge]
    turns = np.zeros(len(points))
    for i in np.flatnonzero((arc > ARM_MM) & (arc < arc[-1] - ARM_MM)):
        before = points[i] - points[np.searchsorted(arc, arc[i] - ARM_MM)]
        after = points[min(np.searchsorted(arc, arc[i] + ARM_MM), len(points) - 1)] - points[i]
        lengths = float(np.linalg.norm(before) * np.linalg.norm(after))
        cosine = float(before @ after) / lengths if lengths > 0 else 1.0
        turns[i] = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    corner = int(np.argmax(turns))
    if turns[corner] < CORNER_DEG:
        return [ridge]
    return [
        *_pieces(scan, rest, ridge[: corner + 1]),
        *_pieces(scan, rest, ridge[corner:]),
    ]


def _strand(scan: Scan, rest: Rest, ridge: Array, nerve: Strand) -> Strand | None:
    """A round tube along the ridge; None where it is too short or stays away from the nerve."""
    points = scan.volume.to_patient(_centred(rest, ridge) + rest.first)
    if len(points) < 4 or np.linalg.norm(np.diff(points, axis=0), axis=1).sum() < SHORTEST_MM:
        return None
    drawn = smoothed(points, 0.15)
    course = course_through(drawn, points[0], points[-1])
    if course.length_mm < SHORTEST_MM:
        return None
    radius = _radius(scan, rest, ridge, course.length_mm)
    gap = np.linalg.norm(drawn[:, None] - nerve.course.points_mm[None], axis=-1).min(axis=1)
    if gap.min() > 0.6 + radius + NEAREST_MM:
        return None
    parallel = _runs_along(course, nerve.course, gap.min())
    ratio, spread = NERVE_CONTRAST if parallel else VESSEL_CONTRAST
    return replace(
        strand_on(course, radius, KNOTS_MM), own_contrast=True, ratio=ratio, spread=spread
    )


def _centred(rest: Rest, ridge: Array) -> Array:
    """Ridge points moved to the centre of mass of what lies within a voxel or so, (n, 3)."""
    reach = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), -1).reshape(-1, 3)
    nearby = ridge[:, None] + reach
    nearby = np.clip(nearby, 0, np.array(rest.like.shape) - 1)
    weight = np.maximum(rest.like[tuple(np.moveaxis(nearby, -1, 0))], 0) + 1e-6
    return np.asarray((nearby * weight[..., None]).sum(axis=1) / weight.sum(axis=1)[:, None])


def _radius(scan: Scan, rest: Rest, ridge: Array, length_mm: float) -> float:
    around = np.ones(rest.like.shape, dtype=bool)
    around[tuple(ridge.T)] = False
    close = distance_transform_edt(around, scan.volume.spacing_mm) < OWN_MM
    filled = float(np.maximum(rest.like[close], 0).sum() * np.prod(scan.volume.spacing_mm))
    return float(np.clip(np.sqrt(filled / VESSEL_CONTRAST[0] / np.pi / length_mm), 0.2, 1.2))


def _runs_along(course: Course, nerve: Course, nearest_mm: float) -> bool:
    """Whether a strand is a neighbouring nerve: parallel to this one for most of its way."""
    away = np.linalg.norm(course.points_mm[:, None] - nerve.points_mm[None], axis=-1)
    beside = away.min(axis=1) < nearest_mm + 2.0
    along = np.abs(np.sum(course.tangents * nerve.tangents[away.argmin(axis=1)], axis=1))
    return bool(np.mean(along[beside]) > PARALLEL and course.length_mm > 2.5)
