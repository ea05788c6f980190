"""A section's outline drawn by hand, and the area that it encloses.

An outline lies in the plane across the nerve: (n, 2), mm along the two normals of the course there,
from its centre. A spline is the closed cubic through its points, by chord length; a brush leaves a
polygon. Areas are those of these very curves, by Green's theorem, and of no raster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.interpolate import CubicSpline

from imaging.told import told

from .errors import OutlineRefused
from .volume import Array

Kind = Literal["spline", "brush"]
KINDS: Final = ("spline", "brush")
FEWEST: Final = {"spline": 4, "brush": 3}
MOST: Final = {"spline": 60, "brush": 800}
REACH_MM: Final = 4.0
LEAST_MM2: Final = 0.02
NEAREST_MM: Final = 1e-3
DRAWN: Final = 16


@dataclass(frozen=True)
class Outline:
    """What a hand-drawn outline comes to. major_mm, minor_mm: axes of the ellipse of the same area
    whose axes stand in the proportion of the outline's own second moments."""

    area_mm2: float
    perimeter_mm: float
    major_mm: float
    minor_mm: float
    points_mm: Array


def outline_of(kind: Kind, points_mm: Array) -> Outline:
    """Measure an outline. Raises OutlineRefused for one that encloses no area of its own."""
    points = np.asarray(points_mm, dtype=float)
    _require_points(kind, points)
    drawn = _spline(points) if kind == "spline" else points
    if _crosses(drawn):
        raise OutlineRefused(told("The outline crosses itself."))
    area = abs(_spline_area(points)) if kind == "spline" else abs(_polygon_area(drawn))
    if area < LEAST_MM2:
        raise OutlineRefused(told("The outline encloses nothing."))
    steps = np.roll(drawn, -1, axis=0) - drawn
    ratio = _elongation(drawn)
    across = 2 * np.sqrt(area / np.pi)
    return Outline(
        area_mm2=area,
        perimeter_mm=float(np.linalg.norm(steps, axis=1).sum()),
        major_mm=float(across * np.sqrt(ratio)),
        minor_mm=float(across / np.sqrt(ratio)),
        points_mm=drawn,
    )


def _require_points(kind: str, points: Array) -> None:
    if kind not in KINDS:
        raise OutlineRefused(told("An outline is drawn as a spline or by brush."))
    if points.ndim != 2 or points.shape[1:] != (2,) or not np.all(np.isfinite(points)):
        raise OutlineRefused(told("An outline is a list of points in the plane of its section."))
    if not FEWEST[kind] <= len(points) <= MOST[kind]:
        raise OutlineRefused(
            told(
                "An outline has from %(fewest)s to %(most)s points.",
                fewest=FEWEST[kind],
                most=MOST[kind],
            )
        )
    if np.hypot(*points.T).max() > REACH_MM:
        raise OutlineRefused(
            told("An outline lies within %(mm)s mm of the centreline.", mm=f"{REACH_MM:g}")
        )
    apart = np.linalg.norm(np.roll(points, -1, axis=0) - points, axis=1)
    if apart.min() < NEAREST_MM:
        raise OutlineRefused(told("Two neighbouring points of the outline are the same."))


def _closed(points: Array) -> CubicSpline:
    around = np.vstack([points, points[:1]])
    steps = np.linalg.norm(np.diff(around, axis=0), axis=1)
    return CubicSpline(np.concatenate([[0.0], np.cumsum(steps)]), around, bc_type="periodic")


def _spline(points: Array) -> Array:
    """The closed spline, drawn in short straight lines."""
    spline = _closed(points)
    knots = spline.x
    share = np.arange(DRAWN) / DRAWN
    place = knots[:-1, None] + np.diff(knots)[:, None] * share
    return np.asarray(spline(place.ravel()))


def _spline_area(points: Array) -> float:
    """Half the integral of x dy - y dx: of degree five between knots, so that three Gauss points
    give it without error."""
    spline = _closed(points)
    nodes, weights = np.polynomial.legendre.leggauss(3)
    half = np.diff(spline.x) / 2
    place = (spline.x[:-1] + half)[:, None] + half[:, None] * nodes
    at, slope = spline(place), spline(place, 1)
    turned = at[..., 0] * slope[..., 1] - at[..., 1] * slope[..., 0]
    return float(np.sum(half[:, None] * weights * turned) / 2)


def _polygon_area(points: Array) -> float:
    following = np.roll(points, -1, axis=0)
    return float(np.sum(_turn(points, following)) / 2)


def _elongation(points: Array) -> float:
    """Long over short axis, by the second moments of the area inside."""
    middle = points - points.mean(axis=0)
    following = np.roll(middle, -1, axis=0)
    turn = _turn(middle, following)
    area = turn.sum() / 2
    centre = ((middle + following) * turn[:, None]).sum(axis=0) / (6 * area)
    both = middle + following
    second = (
        np.einsum("n,ni,nj->ij", turn, middle, middle)
        + np.einsum("n,ni,nj->ij", turn, following, following)
        + np.einsum("n,ni,nj->ij", turn, both, both)
    ) / (24 * area)
    low, high = np.linalg.eigvalsh(second - np.outer(centre, centre))
    return float(np.sqrt(max(high, 1e-12) / max(low, 1e-12)))


def _crosses(points: Array) -> bool:
    """Whether two sides of a closed polygon that are no neighbours meet."""
    start, end = points, np.roll(points, -1, axis=0)
    along = end - start

    def side(of: Array) -> Array:
        """On which side of each line (rows) each point (columns) lies."""
        return _turn(along[:, None], of[None] - start[:, None])

    apart = side(start) * side(end)
    meet = (apart < 0) & (apart.T < 0)
    return bool(meet.any())


def _turn(one: Array, other: Array) -> Array:
    return np.asarray(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0])
