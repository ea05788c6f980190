"""One strand in a fit: nerve, neighbouring nerve or vessel, as coefficients of splines."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .frame import Course
from .neighbourhood import Placed
from .response import FLATTEST, Sampling, Shape, filled, widening
from .splines import Spline, spline
from .volume import Array

CENTRE_KNOTS_MM = 1.6
ELLIPSE_KNOTS_MM = 6.0
THINNEST_MM = 0.1
THICKEST_MM = 3.0
CENTRE_PRIOR_MM = 0.5
SWERVE = 0.12
ELLIPSE_PRIOR = 0.25


@dataclass(frozen=True)
class Strand:
    """coefficients: radius, u, v, cosine, sine splines one after the other, shape (size,).

    stiffness: weight of the radius spline's bending in units of chi-square (mm^4 per mm^2).
    yielding: (radius.count - 2,), local factors of the stiffness, low where the radius bends
        sharply, as at a notch; None for 1 everywhere.
    own_contrast: a vessel or neighbour, which need not be as dark as the nerve; expected at
        `ratio` times the nerve's contrast, give or take `spread` times.
    """

    course: Course
    radius: Spline
    centre: Spline
    ellipse: Spline
    coefficients: Array
    stiffness: float = 30.0
    yielding: Array | None = None
    own_contrast: bool = False
    ratio: float = 1.0
    spread: float = 0.3

    @property
    def counts(self) -> list[int]:
        return [self.radius.count] + [self.centre.count] * 2 + [self.ellipse.count] * 2

    @property
    def size(self) -> int:
        return sum(self.counts)

    def parts(self, coefficients: Array) -> list[Array]:
        """Split into radius, u, v, cosine, sine."""
        return np.split(coefficients, np.cumsum(self.counts)[:-1])

    def bases(self, arc_mm: Array) -> list[Array]:
        centre, ellipse = self.centre.basis(arc_mm), self.ellipse.basis(arc_mm)
        return [self.radius.basis(arc_mm), centre, centre, ellipse, ellipse]

    def shape(self, arc_mm: Array) -> Shape:
        return self.shape_from(self.bases(arc_mm))

    def shape_from(self, bases: list[Array]) -> Shape:
        """The shape where these bases were taken."""
        pairs = zip(bases, self.parts(self.coefficients), strict=True)
        radius, u, v, cosine, sine = (basis @ part for basis, part in pairs)
        flat = np.maximum(np.hypot(cosine, sine) / FLATTEST, 1.0)
        radius = np.clip(radius, THINNEST_MM, THICKEST_MM)
        return Shape(radius, u, v, cosine / flat, sine / flat)

    def response(
        self, placed: Placed, bases: list[Array], grid: list[Array], sampling: Sampling
    ) -> tuple[Array, Array, Array]:
        """Share of each voxel inside, (n,), its derivatives by the coefficients, (n, size), and by
        the blur's variance, (n,). bases are those at the voxels, grid those at the samples."""
        shape = self.shape_from(grid)
        share, slopes = filled(self.course, shape, placed, sampling)
        wider = widening(self.course, shape, placed, sampling, share, slopes)
        parts = [slopes[:, i : i + 1] * basis for i, basis in enumerate(bases)]
        return share, np.concatenate(parts, axis=1), wider

    def bending(self) -> Array:
        """Matrix of the radius coefficients' bending, weighted by how the nerve yields."""
        even = np.ones(self.radius.count - 2)
        return self.radius.bending(even if self.yielding is None else self.yielding)

    def prior(self) -> Array:
        """Precision of the coefficients before any data, shape (size, size)."""
        n = self.radius.count
        spread = np.repeat(
            [0.0, CENTRE_PRIOR_MM**-2, CENTRE_PRIOR_MM**-2, ELLIPSE_PRIOR**-2, ELLIPSE_PRIOR**-2],
            self.counts,
        )
        precision = np.diag(spread)
        precision[:n, :n] += self.stiffness * self.bending()
        m = self.centre.count
        swerving = self.centre.bending(np.full(m - 2, SWERVE**-2))
        for start in (n, n + m):
            precision[start : start + m, start : start + m] += swerving
        return precision


def is_vessel(strand: Strand) -> bool:
    """Whether a further strand is a vessel rather than a nerve running alongside."""
    return strand.own_contrast and strand.ratio > 1.0


def strand_on(course: Course, radius_mm: float, radius_knots_mm: float) -> Strand:
    """A round strand of constant radius on the course."""
    length = course.length_mm
    radius = spline(length, radius_knots_mm)
    centre = spline(length, CENTRE_KNOTS_MM)
    ellipse = spline(length, ELLIPSE_KNOTS_MM)
    rest = np.zeros(2 * centre.count + 2 * ellipse.count)
    start = np.concatenate([np.full(radius.count, radius_mm), rest])
    return Strand(course, radius, centre, ellipse, start)


def moved_to(strand: Strand, course: Course, radius_knots_mm: float) -> Strand:
    """The same radius on a new course, centre offsets back to zero, ellipse left to refit."""
    fresh = strand_on(course, 0.5, radius_knots_mm)
    ticks = np.linspace(0, course.length_mm, 4 * fresh.radius.count)
    radius = strand.shape(ticks * strand.course.length_mm / course.length_mm).radius_mm
    start = fresh.coefficients.copy()
    start[: fresh.radius.count] = fresh.radius.fitted(ticks, radius)
    return replace(
        strand,
        course=course,
        radius=fresh.radius,
        centre=fresh.centre,
        ellipse=fresh.ellipse,
        yielding=None,
        coefficients=start,
    )
