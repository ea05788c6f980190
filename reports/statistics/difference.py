"""Two proportions beside each other: independent arms, or the same cases read twice."""

from __future__ import annotations

import math

from scipy.stats import binomtest, fisher_exact

from reports.statistics.estimate import Estimate, PValue, nothing
from reports.statistics.proportion import wilson


def newcombe(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> Estimate:
    """First less second proportion of independent groups, with the hybrid score interval
    (Newcombe, Stat Med 1998;17:873, method 10)."""
    name = "Newcombe hybrid score"
    if n1 == 0 or n2 == 0:
        return nothing(name, n=n1 + n2, reason="empty_group", level=level)
    first, second = wilson(x1, n1, level=level), wilson(x2, n2, level=level)
    return _joined(first, second, 0.0, n1 + n2, name, level)


def newcombe_paired(
    both: int, first_only: int, second_only: int, neither: int, *, level: float = 0.95
) -> Estimate:
    """First less second proportion over the same units, with the score interval that allows for
    their correlation (Newcombe, Stat Med 1998;17:2635, method 10)."""
    name = "Newcombe paired score"
    n = both + first_only + second_only + neither
    if n == 0:
        return nothing(name, reason="no_units", level=level)
    first = wilson(both + first_only, n, level=level)
    second = wilson(both + second_only, n, level=level)
    phi = _phi(both, first_only, second_only, neither)
    return _joined(first, second, phi, n, name, level)


def _phi(e: int, f: int, g: int, h: int) -> float:
    """Newcombe's correlation: the continuity correction moves a positive one towards zero."""
    margins = (e + f) * (g + h) * (e + g) * (f + h)
    if margins == 0:
        return 0.0
    product: float = e * h - f * g
    if product > 0:
        product = max(product - (e + f + g + h) / 2, 0.0)
    return product / math.sqrt(margins)


def _joined(
    first: Estimate, second: Estimate, phi: float, n: int, name: str, level: float
) -> Estimate:
    p1, l1, u1 = _numbers(first)
    p2, l2, u2 = _numbers(second)
    below = _root(p1 - l1, u2 - p2, phi)
    above = _root(u1 - p1, p2 - l2, phi)
    difference = p1 - p2
    return Estimate(
        difference, max(-1.0, difference - below), min(1.0, difference + above), n, name, level
    )


def _numbers(estimate: Estimate) -> tuple[float, float, float]:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        raise ValueError("a proportion of no units has no interval")
    return estimate.value, estimate.low, estimate.high


def _root(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one**2 - 2 * phi * one * other + other**2))


def fisher(x1: int, n1: int, x2: int, n2: int) -> PValue:
    """Fisher's exact test of two independent proportions, two-sided by small probabilities."""
    if n1 == 0 or n2 == 0:
        return PValue(None, n1 + n2, "Fisher's exact test", reason="empty_group")
    table = [[x1, n1 - x1], [x2, n2 - x2]]
    return PValue(float(fisher_exact(table).pvalue), n1 + n2, "Fisher's exact test")


def mcnemar(first_only: int, second_only: int, *, pairs: int) -> PValue:
    """The exact test of paired proportions (McNemar, Psychometrika 1947;12:153): of `pairs`, the
    discordant ones against one half. Without a discordant pair, p is 1."""
    name, discordant = "exact McNemar test", first_only + second_only
    if pairs == 0:
        return PValue(None, 0, name, reason="no_units")
    p = binomtest(first_only, discordant).pvalue if discordant else 1.0
    return PValue(float(p), pairs, name, statistic=float(first_only - second_only))
