"""A disc blurred by a Gaussian: the cross-section of a nerve as a scanner sees it.

With lengths in units of the blur's standard deviation s, the blurred disc of radius R has at
distance r from its centre the value F(r, R) = P(chi'^2_2(r^2) <= R^2), the cdf of a noncentral
chi-square with two degrees of freedom. Its derivatives are
    dF/dR =  R exp(-(R^2 + r^2) / 2) I0(R r)
    dF/dr = -R exp(-(R^2 + r^2) / 2) I1(R r)
All three are tabulated over (R, r - R) and read by bilinear interpolation (error < 1e-4).
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from scipy.special import chndtr, i0e, i1e

from .compiled import compiled
from .volume import Array

REACH: Final = 6.0
EDGE_STEP: Final = 0.04
RADIUS_STEP: Final = 0.125
LARGEST_RADIUS: Final = 32.0


@cache
def table() -> Array:
    """F, dF/dR and dF/dr at [radius, edge], shape (radii, edges, 3), lengths in units of s."""
    radius = np.arange(0, LARGEST_RADIUS + RADIUS_STEP, RADIUS_STEP)[:, None]
    edge = np.arange(-REACH, REACH + EDGE_STEP, EDGE_STEP)[None, :]
    distance = np.abs(radius + edge)
    bell = radius * np.exp(-((radius - distance) ** 2) / 2)
    product = radius * distance
    return np.stack(
        [
            chndtr(np.broadcast_to(radius**2, product.shape), 2, distance**2),
            bell * i0e(product),
            -bell * i1e(product),
        ],
        axis=-1,
    )


@compiled
def blurred_disc(entries: Array, distance: float, radius: float) -> tuple[float, float, float]:
    """F, dF/dR, dF/dr for one distance and radius, both in units of the blur."""
    edge = distance - radius
    if edge >= REACH:
        return 0.0, 0.0, 0.0
    if edge <= -REACH:
        return 1.0, 0.0, 0.0
    row = min(radius, LARGEST_RADIUS - 1e-9) / RADIUS_STEP
    column = (edge + REACH) / EDGE_STEP
    i = int(row)
    j = int(column)
    p = row - i
    q = column - j
    a = (1 - p) * (1 - q)
    b = (1 - p) * q
    c = p * (1 - q)
    d = p * q
    w = entries[i, j]
    x = entries[i, j + 1]
    y = entries[i + 1, j]
    z = entries[i + 1, j + 1]
    return (
        a * w[0] + b * x[0] + c * y[0] + d * z[0],
        a * w[1] + b * x[1] + c * y[1] + d * z[1],
        a * w[2] + b * x[2] + c * y[2] + d * z[2],
    )
