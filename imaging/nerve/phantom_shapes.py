"""Bodies of a simulated scene: each tells its signed distance in mm, negative inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from imaging.nerve.phantom_courses import Course, Floats

RadiusFunction = Callable[[Floats], Floats]


class Body(Protocol):
    """What the painter needs of a body. `material` is a key of the scene's intensity table."""

    @property
    def material(self) -> str: ...

    @property
    def fine(self) -> bool:
        """Thin enough that its voxels are supersampled, not only ramped at the surface."""

    def bounds_mm(self) -> tuple[Floats, Floats]:
        """Lowest and highest corner of a box that holds the body, mm."""

    def distance_mm(self, points_mm: Floats, reach_mm: float) -> Floats:
        """Signed distance at points (..., 3); beyond `reach_mm` any larger figure will do."""


@dataclass(frozen=True)
class Ellipsoid:
    """A solid ellipsoid, turned about z by `turn_deg`; distance to first order, exact at 0."""

    material: str
    centre_mm: tuple[float, float, float]
    semi_mm: tuple[float, float, float]
    turn_deg: float = 0.0
    fine: bool = False

    def bounds_mm(self) -> tuple[Floats, Floats]:
        centre, semi = np.array(self.centre_mm), np.array(self.semi_mm)
        if self.turn_deg:
            semi = np.array([semi[:2].max(), semi[:2].max(), semi[2]])
        return centre - semi, centre + semi

    def distance_mm(self, points_mm: Floats, reach_mm: float) -> Floats:
        x, y, z = (points_mm[..., axis] - self.centre_mm[axis] for axis in range(3))
        if self.turn_deg:
            c, s = np.cos(np.radians(self.turn_deg)), np.sin(np.radians(self.turn_deg))
            x, y = c * x + s * y, c * y - s * x
        squared = [(part / semi) ** 2 for part, semi in zip((x, y, z), self.semi_mm, strict=True)]
        radius = np.sqrt(squared[0] + squared[1] + squared[2])
        a, b, c = self.semi_mm
        slope = np.sqrt(squared[0] / a**2 + squared[1] / b**2 + squared[2] / c**2)
        return np.asarray(radius * (radius - 1) / np.maximum(slope, 1e-9))


@dataclass(frozen=True)
class HalfSpace:
    """Everything behind a plane; `normal` points out of the body."""

    material: str
    point_mm: tuple[float, float, float]
    normal: tuple[float, float, float]
    fine: bool = False

    def bounds_mm(self) -> tuple[Floats, Floats]:
        return np.full(3, -np.inf), np.full(3, np.inf)

    def distance_mm(self, points_mm: Floats, reach_mm: float) -> Floats:
        normal = np.array(self.normal) / np.linalg.norm(self.normal)
        return np.asarray((points_mm - np.array(self.point_mm)) @ normal)


@dataclass(frozen=True)
class Slab:
    """Everything with |x| below a half width: a block of brainstem between both sides."""

    material: str
    half_width_mm: float
    fine: bool = False

    def bounds_mm(self) -> tuple[Floats, Floats]:
        wide = np.array([self.half_width_mm, np.inf, np.inf])
        return -wide, wide

    def distance_mm(self, points_mm: Floats, reach_mm: float) -> Floats:
        return np.asarray(np.abs(points_mm[..., 0]) - self.half_width_mm)


@dataclass(frozen=True)
class Tube:
    """Discs or ellipses swept along a course, perpendicular to it.

    Where its radius stays below the course's radius of curvature the area of a perpendicular cut
    is exactly pi a b, and the volume the integral of that over arc length (Pappus).
    """

    material: str
    course: Course
    major_mm: RadiusFunction
    minor_mm: RadiusFunction
    largest_mm: float
    fine: bool = True
    name: str = field(default="")

    def bounds_mm(self) -> tuple[Floats, Floats]:
        points = self.course.points
        return points.min(axis=0) - self.largest_mm, points.max(axis=0) + self.largest_mm

    def distance_mm(self, points_mm: Floats, reach_mm: float) -> Floats:
        flat = points_mm.reshape(-1, 3)
        away, row = self.course.tree.query(flat, distance_upper_bound=self.largest_mm + reach_mm)
        result = np.full(len(flat), reach_mm + 1.0)
        near = np.isfinite(away)
        result[near] = self._exact_mm(flat[near], self.course.step_mm * row[near])
        return result.reshape(points_mm.shape[:-1])

    def refined_mm(self, points_mm: Floats, centres_mm: Floats, ramp_mm: float) -> Floats:
        """Signed distance at points (n, m, 3) close to `centres_mm` (n, 3): one search for m.

        A ramp of width w about a circle of radius R covers pi (R^2 + w^2 / 12); moving its
        surface in by w^2 / (24 R) makes the covered area the true one.
        """
        _, row = self.course.tree.query(centres_mm)
        start = self.course.step_mm * row
        inward = ramp_mm**2 / 24 / np.sqrt(self.major_mm(start) * self.minor_mm(start))
        exact = self._exact_mm(points_mm.reshape(-1, 3), np.repeat(start, points_mm.shape[1]))
        return exact.reshape(points_mm.shape[:2]) + inward[:, None]

    def _exact_mm(self, points: Floats, arc: Floats) -> Floats:
        for _ in range(2):  # shrinks the miss by radius over bend, a tenth or less, each time
            arc = arc + _dot(points - self.course.at(arc), self.course.direction(arc))
        offset = points - self.course.at(arc)
        held = np.clip(arc, 0.0, self.course.length_mm)
        if self.major_mm is self.minor_mm:
            across = np.sqrt(_dot(offset, offset)) - self.major_mm(held)
        else:
            across = self._elliptic_mm(offset, arc, held)
        return np.asarray(np.maximum(across, np.maximum(-arc, arc - self.course.length_mm)))

    def _elliptic_mm(self, offset: Floats, arc: Floats, held: Floats) -> Floats:
        tangent, up = self.course.direction(arc), self.course.upright(arc)
        u, v = _dot(offset, up), _dot(offset, np.cross(tangent, up))
        a, b = self.major_mm(held), self.minor_mm(held)
        radius = np.sqrt((u / a) ** 2 + (v / b) ** 2)
        slope = np.sqrt((u / a**2) ** 2 + (v / b**2) ** 2)
        across = radius * (radius - 1) / np.maximum(slope, 1e-9)
        return np.asarray(np.where(radius < 1e-6, -np.minimum(a, b), across))


def round_tube(material: str, course: Course, radius_mm: float, name: str = "") -> Tube:
    def constant(arc: Floats) -> Floats:
        return np.full_like(arc, radius_mm)

    return Tube(material, course, constant, constant, radius_mm, name=name)


def _dot(left: NDArray[np.float64], right: NDArray[np.float64]) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", left, right))
