"""From end points to a fitted nerve: path, first fit, re-centred fits."""

from __future__ import annotations

from typing import Final

import numpy as np

from .errors import NoPath, Refused
from .fit import Fit
from .frame import Course, course_through, smoothed
from .neighbours import find_neighbours
from .patch import Patch
from .path import Path, find_path, require_one_strand
from .refine import RETRACE_MM, refined_side, shared_noise
from .scan import Scan, fitted
from .start import exposed_ends, first_side
from .strand import Strand
from .volume import Array

COARSE_KNOTS_MM: Final = 3.0
FINE_KNOTS_MM: Final = 0.9
PATH_DEVIATION_MM: Final = 0.2
SHORTEST_MM: Final = 3.0


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
    return sign, found[sign]


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
        raise NoPath("The end points project onto the same place of the strand; check them.")
    return course


def first_fit(scan: Scan, course: Course) -> Fit:
    """The nerve with few knots, from its path alone."""
    side, begin = first_side(scan.volume, course, scan.sign, COARSE_KNOTS_MM)
    contrast = begin.contrast / (begin.fluid if scan.multiplicative else 1.0)
    return fitted(scan, (side,), np.array([contrast]), abs(begin.contrast) / 10)


def alone(scan: Scan, path: Path | Refused, points_mm: Array) -> tuple[Fit, Array]:
    """One nerve measured by itself, and the ends (2, 3) between which fluid surrounds it: path,
    coarse fit, two re-centred fits."""
    course = course_along(path, points_mm)
    ends = exposed_ends(scan.volume, course, scan.sign)
    course = course_through(_between(course, ends), ends[0], ends[1])
    fit = first_fit(scan, course)
    for knots_mm in (COARSE_KNOTS_MM, FINE_KNOTS_MM):
        fit = _again(scan, fit, ends, knots_mm)
    others = find_neighbours(scan, fit)
    if others:
        fit = _again(scan, fit, ends, FINE_KNOTS_MM, others)
        fit = _again(scan, fit, ends, FINE_KNOTS_MM)
    return fit, ends


def _again(
    scan: Scan, fit: Fit, ends: Array, knots_mm: float, others: tuple[Strand, ...] = ()
) -> Fit:
    side = refined_side(scan, fit, 0, ends, knots_mm, others)
    return fitted(scan, (side,), fit.contrasts, fit.sd, shared_noise(fit))


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
    contrasts = np.concatenate([fit.contrasts for fit in fits])
    sd = float(np.mean([fit.sd for fit in fits]))
    return fitted(scan, sides, contrasts, sd, float(np.mean([shared_noise(f) for f in fits])))
