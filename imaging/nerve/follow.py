"""From end points to a fitted nerve: path, first fit, re-centred fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .errors import ModelMisfit, NoPath, Refused
from .fit import OUTLIER, REACH_MM, Fit, Side, expected, prepare, solve
from .frame import Course, course_through, smoothed
from .neighbourhood import voxels_near
from .noise import rician, sharing
from .patch import Patch, patch_around
from .path import Path, find_path, require_one_strand
from .response import Sampling, sampling_of
from .start import depth_inside, elsewhere, exposed_ends, first_side, ground_like, smoothed_at
from .strand import moved_to
from .volume import Array, Volume

COARSE_KNOTS_MM: Final = 3.0
FINE_KNOTS_MM: Final = 0.9
PATH_DEVIATION_MM: Final = 0.2
RETRACE_MM: Final = 0.5
SHORTEST_MM: Final = 3.0
MODEL_ERROR: Final = 0.02


@dataclass(frozen=True)
class Scan:
    """A volume with what the fit needs to know of it."""

    volume: Volume
    sampling: Sampling
    sign: int
    magnitude: bool

    @property
    def multiplicative(self) -> bool:
        return self.sign > 0


def scan_of(volume: Volume, sign: int, lowest: float) -> Scan:
    """sign: +1 for a nerve darker than fluid, -1 for brighter. A scan with negative values is no
    magnitude image, so its noise adds no floor."""
    return Scan(volume, sampling_of(volume), sign, lowest >= 0)


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


def fitted(
    scan: Scan, sides: tuple[Side, ...], contrasts: Array, sd: float, sharing: float = 1.0
) -> Fit:
    """`solve` for this scan; a system without a solution is a misfit."""
    try:
        return solve(
            sides,
            contrasts,
            sd,
            multiplicative=scan.multiplicative,
            sampling=scan.sampling,
            magnitude=scan.magnitude,
            sharing=sharing,
        )
    except np.linalg.LinAlgError as error:
        raise ModelMisfit(
            "The fit of the nerve has no solution: the image does not look like a nerve in fluid."
        ) from error


def first_fit(scan: Scan, course: Course) -> Fit:
    """The nerve with few knots, from its path alone."""
    side, begin = first_side(scan.volume, course, scan.sign, COARSE_KNOTS_MM)
    contrast = begin.contrast / (begin.fluid if scan.multiplicative else 1.0)
    return fitted(scan, (side,), np.array([contrast]), abs(begin.contrast) / 10)


def retraced(fit: Fit, side: int, points_mm: Array) -> Course:
    """The fitted centreline as a course of its own."""
    strand = fit.sides[side].strands[0]
    course = strand.course
    count = max(6, round(course.length_mm / RETRACE_MM))
    arc = np.linspace(0, course.length_mm, count + 1)
    shape = strand.shape(arc)
    _, normals, binormals = course.frames_at(arc)
    centre = course.at(arc) + shape.u_mm[:, None] * normals + shape.v_mm[:, None] * binormals
    again = course_through(centre, points_mm[0], points_mm[-1])
    if again.length_mm < SHORTEST_MM:
        raise NoPath("The end points project onto the same place of the strand; check them.")
    return again


def refined_side(scan: Scan, fit: Fit, number: int, points_mm: Array, knots_mm: float) -> Side:
    """The same side on its own centreline: voxels, masks and knots anew."""
    old = fit.sides[number]
    course = retraced(fit, number, points_mm)
    near = voxels_near(scan.volume, course, REACH_MM)
    strand = moved_to(old.strands[0], course, knots_mm)
    side = ground_like(old, near, course, strand)
    contrast = float(fit.contrasts[number])
    everywhere = replace(side, trusted=np.ones(len(near.values), dtype=bool))
    model, _, by_contrast = expected(
        everywhere, prepare(everywhere), contrast, scan.multiplicative, scan.sampling
    )
    empty = model - contrast * by_contrast
    step = contrast * (empty if scan.multiplicative else 1.0)
    like = (smoothed_at(scan.volume, near) - empty) / step
    inside = depth_inside(side.strands, near)
    away = elsewhere(near, like, inside, float(scan.volume.spacing_mm.min()))
    seen = rician(model, fit.sd)[0] if scan.magnitude else model
    usual = np.maximum(robust_sd(fit), MODEL_ERROR * np.abs(step))
    odd = np.abs(near.values - seen) > OUTLIER * usual
    return replace(side, trusted=~away & ~odd)


def alone(scan: Scan, path: Path | Refused, points_mm: Array) -> tuple[Fit, Array]:
    """One nerve measured by itself, and the ends (2, 3) between which fluid surrounds it: path,
    coarse fit, two re-centred fits."""
    course = course_along(path, points_mm)
    ends = exposed_ends(scan.volume, course, scan.sign)
    course = course_through(_between(course, ends), ends[0], ends[1])
    fit = first_fit(scan, course)
    for knots_mm in (COARSE_KNOTS_MM, FINE_KNOTS_MM):
        side = refined_side(scan, fit, 0, ends, knots_mm)
        fit = fitted(scan, (side,), fit.contrasts, fit.sd, shared_noise(fit))
    return fit, ends


def _between(course: Course, ends: Array) -> Array:
    arc = [
        float(course.arc_mm[np.argmin(np.linalg.norm(course.points_mm - e, axis=1))]) for e in ends
    ]
    count = max(8, round((arc[1] - arc[0]) / RETRACE_MM))
    return course.at(np.linspace(arc[0], arc[1], count))


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


def together(scan: Scan, fits: list[Fit], points: list[Array]) -> Fit:
    """All nerves at once, their contrasts drawn together, each started from its own fit."""
    sides = tuple(
        refined_side(scan, fit, 0, ends, FINE_KNOTS_MM)
        for fit, ends in zip(fits, points, strict=True)
    )
    contrasts = np.concatenate([fit.contrasts for fit in fits])
    sd = float(np.mean([fit.sd for fit in fits]))
    return fitted(scan, sides, contrasts, sd, float(np.mean([shared_noise(f) for f in fits])))


def prepared_patch(volume: Volume, points_mm: Array) -> Patch:
    return patch_around(volume, points_mm)
