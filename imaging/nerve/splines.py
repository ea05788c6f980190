"""Cubic B-splines over arc length: how radius, centre and background vary along a nerve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import BSpline

from .volume import Array


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
        return np.asarray(BSpline.design_matrix(inside, self.knots_mm, 3).toarray())

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
