"""From end points to a fitted nerve: path, first fit, re-centred fits."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import Final

import numpy as np

from imaging.told import told

from .contact import meet
from .errors import NoPath, Refused
from .fit import Fit
from .frame import Course, course_through, smoothed
from .neighbours import find_neighbours
from .patch import Patch
from .path import Path, find_path, require_one_strand
from .refine import RETRACE_MM, refined_side, shared_noise
from .scan import Scan, fitted
from .settle import repeated
from .solid import hindrance
from .spread import COUNT
from .start import exposed_ends, first_side, require_fluid
from .strand import Strand, is_vessel
from .twins import (
    course_of_twin,
    decided,
    require_kept,
    runs_along,
    settled,
    share_of_twin,
    twin_of,
    undecided,
    winding,
)
from .volume import Array

COARSE_KNOTS_MM: Final = 3.0
FINE_KNOTS_MM: Final = 0.65
PATH_DEVIATION_MM: Final = 0.2
THINNEST_MM: Final = 0.35
WORSE: Final = 1.06
DEEPEST_MM: Final = -0.25
THINNEST_VOXELS: Final = 0.8
DETERMINED: Final = 0.5
SHORTEST_MM: Final = 3.0
CHANGES: Final = 2


Traced = dict[str, Path | Refused]


def best_sign(patches: dict[str, Patch], points: dict[str, Array]) -> tuple[int, Traced]:
    """+1 where the nerves are darker than what surrounds them, -1 where brighter: the polarity in
    which all paths together are clearer; and each nerve's path in it, or why there is none."""
    found = {
        sign: {name: _traced(patches[name], points[name], sign) for name in points}
        for sign in (1, -1)
    }
    clarity = {
        sign: sum(path.clarity for path in paths.values() if isinstance(path, Path))
        for sign, paths in found.items()
    }
    sign = 1 if clarity[1] >= clarity[-1] else -1
    return sign, {name: _explained(patches[name], path, sign) for name, path in found[sign].items()}


def _explained(patch: Patch, path: Path | Refused, sign: int) -> Path | Refused:
    """The path, or what solid thing it runs through."""
    if isinstance(path, Refused):
        return path
    return hindrance(patch, path, sign) or path


def _traced(patch: Patch, points_mm: Array, sign: int) -> Path | Refused:
    try:
        return find_path(patch, points_mm, sign)
    except Refused as reason:
        return reason


def course_along(path: Path | Refused, points_mm: Array) -> Course:
    """A smooth course from the first to the last point. Raises when the strand is not one."""
    if isinstance(path, Refused):
        raise path
    require_one_strand(path)
    course = course_through(
        smoothed(path.points_mm, PATH_DEVIATION_MM), points_mm[0], points_mm[-1]
    )
    if course.length_mm < SHORTEST_MM:
        raise NoPath(told("The end points project onto the same place of the strand; check them."))
    return course


def first_fit(scan: Scan, course: Course) -> Fit:
    """The nerve with few knots, from its path alone."""
    side, begin = first_side(scan.volume, course, scan.sign, COARSE_KNOTS_MM)
    if scan.multiplicative:
        require_fluid(begin)
    contrast = begin.contrast / (begin.fluid if scan.multiplicative else 1.0)
    shared = np.append(contrast, scan.spread.mean)
    return fitted(scan, (side,), shared, abs(begin.contrast) / 10)


def alone(scan: Scan, path: Path | Refused, points_mm: Array) -> tuple[Fit, Array]:
    """One nerve measured by itself: path, coarse fit, two re-centred fits, what runs beside it.

    Returns the fit and the ends (2, 3) between which fluid surrounds the nerve.
    """
    tries = _followed(scan, course_along(path, points_mm), points_mm[[0, -1]])
    ends, fit, found, _ = min(tries, key=lambda one: abs(one[3]))
    joint = with_neighbours(scan, fit, ends, found)
    require_kept(fit.sides[0].strands[0], found, joint.sides[0].strands[1:])
    return joint, ends


Try = tuple[Array, Fit, tuple[Strand, ...], float]


def _followed(scan: Scan, course: Course, clicks_mm: Array) -> list[Try]:
    """The nerve followed along its path, and where the end points lie rather on a nerve beside it,
    along that one: those that they may lie on. Raises Inseparable when they lie between both."""
    tries: list[Try] = []
    long = False
    for _ in range(CHANGES + 1):
        ends, fit = _on(scan, course)
        nerve, found = fit.sides[0].strands[0], find_neighbours(scan, fit)
        twin = twin_of(nerve, found)
        if twin is None:
            return tries or [(ends, fit, found, 0.0)]
        share = share_of_twin(nerve, twin, clicks_mm)
        long = long or runs_along(twin, nerve)
        if decided(share) and not winding(nerve):
            return [(ends, fit, found, share)]
        if settled(share) or not tries:
            tries.append((ends, fit, found, share))
        course = course_of_twin(twin, clicks_mm)
    if long and not any(
        settled(one[3]) and not winding(one[1].sides[0].strands[0]) for one in tries
    ):
        raise undecided(tries[0][3])
    return tries


def _on(scan: Scan, course: Course) -> tuple[Array, Fit]:
    """The ends between which fluid surrounds a course, (2, 3), and the fit of one strand there."""
    ends = exposed_ends(scan.volume, course, scan.sign)
    course = course_through(_between(course, ends), ends[0], ends[1])
    fit = first_fit(scan, course)
    fit = again(scan, fit, ends, COARSE_KNOTS_MM)
    return ends, again(scan, fit, ends, FINE_KNOTS_MM)


def with_neighbours(scan: Scan, fit: Fit, ends: Array, found: tuple[Strand, ...]) -> Fit:
    """The fit with what runs beside the nerve: all of it, else the vessels, else nothing, the
    first that describes the image about as well as the nerve alone with the rest masked."""
    vessels = tuple(strand for strand in found if is_vessel(strand))
    for others in dict.fromkeys((len(found), len(vessels))):
        chosen = found if others == len(found) else vessels
        if not chosen:
            continue
        try:
            joint = again(scan, fit, ends, FINE_KNOTS_MM, chosen)
            clear = resolved(scan, joint)
            if len(clear.sides[0].strands) < 2:
                continue
            joint = again(scan, clear, ends, FINE_KNOTS_MM)
        except Refused:
            continue
        if joint.sd < WORSE * fit.sd:
            return joint
    return fit


def resolved(scan: Scan, fit: Fit) -> Fit:
    """The fit without strands too thin for these voxels, overlapping the nerve, or of whose
    contrast the image tells hardly more than was known beforehand: those are left to the mask."""
    side = fit.sides[0]
    thinnest = max(THINNEST_MM, THINNEST_VOXELS * float(scan.volume.spacing_mm.min()))
    kept = [
        float(np.median(s.shape(np.linspace(0, s.course.length_mm, 20)).radius_mm)) * 2 > thinnest
        and meet(side.strands[0], s).gap_mm > DEEPEST_MM
        and known < DETERMINED * s.spread * abs(float(fit.contrasts[0]))
        for s, known in zip(side.strands[1:], own_contrast_sd(fit), strict=True)
    ]
    strands = (side.strands[0], *compress(side.strands[1:], kept))
    thinner = replace(
        side,
        strands=strands,
        own_contrasts=side.own_contrasts[np.array(kept)],
        corrections=side.corrections[np.array([True, *kept])],
    )
    return replace(fit, sides=(thinner,))


def own_contrast_sd(fit: Fit) -> Array:
    """Standard deviations of the contrasts of the strands beside the nerve, (strands - 1,)."""
    side = fit.sides[0]
    first = sum(s.size for s in side.strands) + len(side.background)
    variance = np.diag(fit.covariance)[first : first + len(side.own_contrasts)]
    return np.sqrt(np.maximum(variance, 0))


def again(
    scan: Scan, fit: Fit, ends: Array, knots_mm: float, others: tuple[Strand, ...] = ()
) -> Fit:
    """One nerve fitted once more, re-centred, between these ends, with further strands if any."""
    side = refined_side(scan, fit, 0, ends, knots_mm, others)
    return fitted(scan, (side,), fit.shared, fit.sd, shared_noise(fit))


def _between(course: Course, ends: Array) -> Array:
    arc = [
        float(course.arc_mm[np.argmin(np.linalg.norm(course.points_mm - e, axis=1))]) for e in ends
    ]
    count = max(8, round((arc[1] - arc[0]) / RETRACE_MM))
    return course.at(np.linspace(arc[0], arc[1], count))


def together(scan: Scan, fits: list[Fit], points: list[Array]) -> Fit:
    """All nerves at once, their contrasts drawn together, each started from its own fit."""
    sides = tuple(
        refined_side(scan, fit, 0, ends, FINE_KNOTS_MM)
        for fit, ends in zip(fits, points, strict=True)
    )
    spread = np.mean([fit.shared[-COUNT:] for fit in fits], axis=0)
    shared = np.concatenate([*[fit.contrasts for fit in fits], spread])
    sd = float(np.mean([fit.sd for fit in fits]))
    joint = fitted(scan, sides, shared, sd, float(np.mean([shared_noise(f) for f in fits])))
    return repeated(scan, joint, points, FINE_KNOTS_MM)
