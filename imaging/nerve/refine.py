"""A fitted side laid out anew: on its own centreline, with its own masks and knots."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from imaging.told import told

from .errors import NoPath
from .fit import OUTLIER, Fit
from .frame import Course, course_through
from .model import REACH_MM, Side, expected, ground_of, prepare
from .neighbourhood import Neighbourhood, place, require_voxels, voxels_near
from .noise import rician, sharing
from .patch import Mask
from .ringing import corrections
from .scan import Scan
from .splines import spline
from .start import GROUND_KNOTS_MM, depth_inside, elsewhere, smoothed_at
from .strand import Strand, moved_to
from .volume import Array

RETRACE_MM: Final = 0.5
SHORTEST_MM: Final = 3.0
MODEL_ERROR: Final = 0.02
FAR_REACH_MM: Final = 4.0
BESIDE_MM: Final = 1.0
OTHER_KNOTS_MM: Final = 2.0
COARSE_MM: Final = 1.0
ASTRAY_MM: Final = 3.0


def retraced(strand: Strand, begin_mm: Array, end_mm: Array) -> Course:
    """The fitted centreline as a course of its own, cut where the points project onto it."""
    course = strand.course
    count = max(6, round(course.length_mm / RETRACE_MM))
    arc = np.linspace(0, course.length_mm, count + 1)
    centre = centre_of(strand, arc)
    if np.linalg.norm(centre - course.at(arc), axis=1).max() > ASTRAY_MM:
        raise NoPath(
            told(
                "The fitted centreline leaves its path by over %(most)s mm: there is no clear "
                "strand between the end points; check them or add a way-point.",
                most=f"{ASTRAY_MM:g}",
            )
        )
    return course_through(centre, begin_mm, end_mm)


def centre_of(strand: Strand, arc_mm: Array) -> Array:
    """Points of the fitted centreline at these arc lengths of its course, (n, 3), mm."""
    shape = strand.shape(arc_mm)
    _, normals, binormals = strand.course.frames_at(arc_mm)
    offset = shape.u_mm[:, None] * normals + shape.v_mm[:, None] * binormals
    return np.asarray(strand.course.at(arc_mm) + offset)


def refined_side(
    scan: Scan,
    fit: Fit,
    number: int,
    ends_mm: Array,
    knots_mm: float,
    others: tuple[Strand, ...] = (),
) -> Side:
    """The same side on its own centreline, with further strands beside the nerve if given.

    ends_mm: (2, 3), where the nerve begins and ends. Raises NoPath when they project onto one
    place.
    """
    old = fit.sides[number]
    nerve = old.strands[0]
    course = retraced(nerve, ends_mm[0], ends_mm[1])
    if course.length_mm < SHORTEST_MM:
        raise NoPath(told("The end points project onto the same place of the strand; check them."))
    kept = [moved_to(s, _own_course(s), OTHER_KNOTS_MM) for s in old.strands[1:]]
    strands = (moved_to(nerve, course, knots_mm), *kept, *others)
    fresh = [s.ratio * float(fit.contrasts[number]) for s in others]
    side = _empty_side(scan, old, strands, np.concatenate([old.own_contrasts, fresh]))
    if knots_mm < COARSE_MM:
        found = [
            corrections(scan.volume, side.near, strand, scan.sampling, fit.blur_mm2)
            for strand in (*old.strands, *others)
        ]
        side = replace(side, corrections=np.stack(found))
    side = replace(side, weight=_weight(scan, fit, number, side))
    require_voxels(int(np.sum(side.trusted)))
    return side


def _own_course(strand: Strand) -> Course:
    ends = centre_of(strand, np.array([0.0, strand.course.length_mm]))
    return retraced(strand, ends[0], ends[1])


def _empty_side(scan: Scan, old: Side, strands: tuple[Strand, ...], own: Array) -> Side:
    """All voxels trusted, the background's level along the nerve as before."""
    course = strands[0].course
    near = _gathered(scan, strands)
    ground = spline(course.length_mm, GROUND_KNOTS_MM)
    ticks = np.linspace(0, course.length_mm, 4 * ground.count)
    before = old.ground.basis(ticks * old.strands[0].course.length_mm / course.length_mm)
    background = np.zeros(3 * ground.count)
    level = before @ old.background[: old.ground.count]
    background[: ground.count] = ground.fitted(ticks, level)
    weight = np.ones(len(near.values))
    none = np.zeros((len(strands), 2, len(weight)))
    return Side(near, weight, strands, ground, background, own, none)


def _gathered(scan: Scan, strands: tuple[Strand, ...]) -> Neighbourhood:
    """Voxels about the nerve, and about other strands where they come near it."""
    course = strands[0].course
    if len(strands) == 1:
        return voxels_near(scan.volume, course, REACH_MM)
    near = voxels_near(scan.volume, course, FAR_REACH_MM)
    kept = near.placed.distance_mm <= REACH_MM
    for strand in strands[1:]:
        placed = place(near.points_mm, strand.course, FAR_REACH_MM)
        within = placed.distance_mm <= strand.shape(placed.arc_mm).radius_mm + BESIDE_MM
        along = (placed.arc_mm >= 0) & (placed.arc_mm <= strand.course.length_mm)
        kept |= within & along
    return near.where(kept)


def _weight(scan: Scan, fit: Fit, number: int, side: Side) -> Array:
    """How surely nothing but the strands fills each voxel, 0 to 1, (n,)."""
    near = side.near
    contrast = float(fit.contrasts[number])
    ready = prepare(side)
    model, _, _ = expected(
        side,
        ready,
        contrast,
        scan.multiplicative,
        scan.sampling.widened(fit.blur_mm2),
        fit.band,
    )
    empty = ground_of(side, near.placed) @ side.background
    step = contrast * (empty if scan.multiplicative else np.ones_like(empty))
    like = (smoothed_at(scan.volume, near) - empty) / step
    inside = depth_inside(side.strands, near)
    away = elsewhere(near, like, inside, float(scan.volume.spacing_mm.min()))
    seen = rician(model, fit.sd)[0] if scan.magnitude else model
    usual = np.maximum(robust_sd(fit), MODEL_ERROR * np.abs(step))
    usually = np.clip(OUTLIER + 0.5 - np.abs(near.values - seen) / usual, 0, 1)
    fresh = len(side.strands) - len(fit.sides[number].strands)
    if fresh:
        usually[:] = 1.0
    return np.asarray((1 - away) * usually * ~_beyond_ends(side))


def _beyond_ends(side: Side) -> Mask:
    """Voxels where another strand would go on straight but need not, (n,)."""
    beyond = np.zeros(len(side.near.values), dtype=bool)
    for strand in side.strands[1:]:
        placed = place(side.near.points_mm, strand.course, FAR_REACH_MM)
        reach = strand.shape(placed.arc_mm).radius_mm + BESIDE_MM
        off = (placed.arc_mm < 0) | (placed.arc_mm > strand.course.length_mm)
        beyond |= off & (placed.distance_mm < reach)
    return beyond


def robust_sd(fit: Fit) -> float:
    """The noise as most voxels show it, not as the worst ones do."""
    left = np.concatenate(
        [r[side.trusted] for side, r in zip(fit.sides, fit.residuals, strict=True)]
    )
    return fit.sd * min(1.0, float(np.median(np.abs(left))) / 0.6745)


def shared_noise(fit: Fit) -> float:
    """Variance inflation by correlated noise, the mean over the sides."""
    found = [
        sharing(side.near.index[side.trusted], left[side.trusted])
        for side, left in zip(fit.sides, fit.residuals, strict=True)
    ]
    return float(np.mean(found))
