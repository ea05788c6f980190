"""Cubic B-splines over arc length: how radius, centre and background vary along a nerve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .compiled import compiled
from .volume import Array


@compiled
def _basis(arc: Array, knots: Array) -> Array:
    """Cubic B-splines by the recursion of Cox and de Boor, shape (n, knots - 4)."""
    count = len(knots) - 4
    found = np.zeros((len(arc), count))
    four = np.zeros(4)
    for p in range(len(arc)):
        x = arc[p]
        i = 3
        while i < count - 1 and x >= knots[i + 1]:
            i += 1
        four[:] = 0.0
        four[0] = 1.0
        for degree in range(1, 4):
            saved = 0.0
            for r in range(degree):
                right, left = knots[i + r + 1], knots[i + 1 - degree + r]
                part = four[r] / (right - left)
                four[r] = saved + (right - x) * part
                saved = (x - left) * part
            four[degree] = saved
        for k in range(4):
            found[p, i - 3 + k] = four[k]
    return found


@dataclass(frozen=True)
class Spline:
    """Cubic B-spline basis on [0, length_mm], constant beyond; knots clamped at both ends."""

    knots_mm: Array

    @property
    def count(self) -> int:
        return len(self.knots_mm) - 4

    def basis(self, arc_mm: Array) -> Array:
        """Values of all basis functions, shape (n, count); rows add up to 1."""
        inside = np.clip(arc_mm, self.knots_mm[0], self.knots_mm[-1])
        return _basis(np.ascontiguousarray(inside, dtype=float), self.knots_mm)

    def fitted(self, arc_mm: Array, values: Array) -> Array:
        """Coefficients that follow values (n,) at arc_mm (n,) in least squares."""
        solution, *_ = np.linalg.lstsq(self.basis(arc_mm), values, rcond=None)
        return np.asarray(solution)

    @cached_property
    def turns(self) -> Array:
        """Matrix (count - 2, count): coefficients' second differences over their distance."""
        middle = np.array([self.knots_mm[i + 1 : i + 4].mean() for i in range(self.count)])
        first = np.diff(np.eye(self.count), axis=0) / np.diff(middle)[:, None]
        return np.asarray(np.diff(first, axis=0))

    def bending(self, weights: Array) -> Array:
        """Matrix (count, count): weighted sum of squared second differences."""
        return np.asarray(self.turns.T @ (weights[:, None] * self.turns))


def spline(length_mm: float, spacing_mm: float) -> Spline:
    """Knots about spacing_mm apart, at least one interval."""
    intervals = max(1, round(length_mm / spacing_mm))
    inner = np.linspace(0, length_mm, intervals + 1)
    return Spline(np.concatenate([[0.0] * 3, inner, [length_mm] * 3]))
