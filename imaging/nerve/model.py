"""What the voxels about one nerve should be: a spline of background and the strands in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .neighbourhood import Neighbourhood, Placed, place
from .response import Sampling
from .splines import Spline
from .strand import Strand
from .volume import Array

REACH_MM = 2.2
FAR_MM = 6.0
LIGHTEST = 0.04


@dataclass(frozen=True)
class Side:
    """One nerve's surroundings and the strands in it; strands[0] is the nerve, and `near` is
    gathered around its course.

    weight: (n,), 0 to 1, how far the model is asked to describe each voxel. background:
    coefficients of `ground`, the spline along the nerve, times 1, u and v. corrections:
    (strands, 2, n), of each strand's share, from the fit before (see `ringing.corrections`).
    """

    near: Neighbourhood
    weight: Array
    strands: tuple[Strand, ...]
    ground: Spline
    background: Array
    own_contrasts: Array
    corrections: Array

    @property
    def trusted(self) -> NDArray[np.bool_]:
        """Voxels that count at all, (n,)."""
        return self.weight > LIGHTEST

    @property
    def size(self) -> int:
        return sum(s.size for s in self.strands) + len(self.background) + len(self.own_contrasts)


@dataclass(frozen=True)
class Prepared:
    """What does not change while coefficients do."""

    placed: list[Placed]
    bases: list[list[Array]]
    grids: list[list[Array]]
    ground: Array
    corrections: Array


def prepare(side: Side) -> Prepared:
    """Project the voxels on every strand's course and tabulate the bases there."""
    points = side.near.points_mm[side.trusted]
    placed = [side.near.placed.where(side.trusted)]
    placed += [place(points, strand.course, FAR_MM) for strand in side.strands[1:]]
    bases = [s.bases(p.arc_mm) for s, p in zip(side.strands, placed, strict=True)]
    grids = [s.bases(s.course.arc_mm) for s in side.strands]
    corrections = side.corrections[:, :, side.trusted]
    return Prepared(placed, bases, grids, ground_of(side, placed[0]), corrections)


def ground_of(side: Side, placed: Placed) -> Array:
    """Design matrix of the background, shape (n, 3 * count)."""
    along = side.ground.basis(placed.arc_mm)
    near = np.minimum(1.0, REACH_MM / np.maximum(placed.distance_mm, 1e-9))
    across = np.stack([np.ones_like(near), placed.u_mm * near, placed.v_mm * near], 1)
    return np.asarray((across[:, :, None] * along[:, None, :]).reshape(len(along), -1))


def expected(
    side: Side,
    ready: Prepared,
    contrast: float,
    multiplicative: bool,
    sampling: Sampling,
    band: float,
) -> tuple[Array, Array, Array]:
    """Noise-free values (n,), derivatives by the side's coefficients (n, size) and by C, the
    blur's variance and band (n, 3).

    band: how far the point spread is a k-space acquisition's (1) and not a voxel box's (0).
    """
    level = ready.ground @ side.background
    weight = level if multiplicative else np.ones_like(level)
    total = np.zeros_like(level)
    shared = np.zeros_like(level)
    by_blur = np.zeros_like(level)
    by_band = np.zeros_like(level)
    columns = []
    own_columns = []
    own = iter(side.own_contrasts)
    laid = zip(side.strands, ready.placed, ready.bases, ready.grids, ready.corrections, strict=True)
    for strand, placed, bases, grid, (exact, rings) in laid:
        share, slopes, widening = strand.response(placed, bases, grid, sampling)
        share = share + exact + band * rings
        amount = next(own) if strand.own_contrast else contrast
        total += amount * share
        by_blur += amount * widening
        by_band += amount * rings
        columns.append((amount * weight)[:, None] * slopes)
        if strand.own_contrast:
            own_columns.append((weight * share)[:, None])
        else:
            shared += share
    lift = 1 + total if multiplicative else np.ones_like(total)
    jacobian = np.concatenate([*columns, lift[:, None] * ready.ground, *own_columns], axis=1)
    by_shared = weight[:, None] * np.stack([shared, by_blur, by_band], 1)
    return level + weight * total, jacobian, by_shared


def with_coefficients(side: Side, values: Array) -> Side:
    """The side with all its coefficients replaced, in the order of `expected`."""
    cuts = np.cumsum([*[s.size for s in side.strands], len(side.background)])
    *parts, background, own = np.split(values, cuts)
    strands = tuple(
        replace(s, coefficients=part) for s, part in zip(side.strands, parts, strict=True)
    )
    return replace(side, strands=strands, background=background, own_contrasts=own)


def coefficients_of(side: Side) -> Array:
    return np.concatenate(
        [*[s.coefficients for s in side.strands], side.background, side.own_contrasts]
    )
