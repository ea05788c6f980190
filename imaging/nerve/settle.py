"""A joint fit repeated until its corrections are those of its own coefficients.

The corrections that make the model exact are taken at the fit before (see `ringing`). Where they
are small against the noise once is enough; where they are large, as for a band-limited scan of
0.5 mm with little noise, one step more moves the mean area by several of its standard deviations.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .fit import Fit
from .refine import refined_side, shared_noise
from .scan import Scan, fitted
from .section import mean_area
from .volume import Array

MOST: Final = 5
LARGE: Final = 12.0
STILL: Final = 0.1


def repeated(scan: Scan, joint: Fit, ends: list[Array], knots_mm: float) -> Fit:
    """The joint fit, fitted again from itself while that moves a side's mean area by over STILL
    of its standard deviation; ends: (2, 3) of each side."""
    if weight_of_corrections(joint) < LARGE:
        return joint
    before = _means(joint)
    for _ in range(MOST):
        sides = tuple(refined_side(scan, joint, n, e, knots_mm) for n, e in enumerate(ends))
        joint = fitted(scan, sides, joint.shared, joint.sd, shared_noise(joint))
        means = _means(joint)
        if np.all(np.abs(means[:, 0] - before[:, 0]) < STILL * means[:, 1]):
            break
        before = means
    return joint


def weight_of_corrections(fit: Fit) -> float:
    """How many standard deviations the corrections could move any value by, had they been left
    out: their root sum of squares in units of the noise."""
    total = 0.0
    for number, side in enumerate(fit.sides):
        step = float(fit.contrasts[number])
        if fit.multiplicative:
            step *= float(np.mean(side.background[: side.ground.count]))
        exact, rings = side.corrections[0]
        total += float(np.sum(side.weight * (step * (exact + fit.band * rings)) ** 2))
    return float(np.sqrt(total / fit.sharing)) / fit.sd


def _means(fit: Fit) -> Array:
    """Each side's mean area and its standard deviation, (sides, 2), mm^2."""
    return np.array([mean_area(fit, number) for number in range(len(fit.sides))])
