"""Does a measurement tell severe from mild: the ROC curve, its area and intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr
from scipy.stats import rankdata

from reports.statistics.estimate import Estimate, PValue, finite, normal_reach, nothing


def curve(scores: Sequence[float], positive: Sequence[bool]) -> tuple[np.ndarray, np.ndarray]:
    """False- and true-positive rates (points,) as the cut falls, from (0, 0) to (1, 1); a higher
    score is taken for the positive."""
    values, truth = np.asarray(scores, float), np.asarray(positive, bool)
    cuts = np.unique(values)[::-1]
    hit = [0.0, *(float((values[truth] >= cut).mean()) for cut in cuts)]
    miss = [0.0, *(float((values[~truth] >= cut).mean()) for cut in cuts)]
    return np.array(miss), np.array(hit)


def area(scores: Sequence[float], positive: Sequence[bool], *, level: float = 0.95) -> Estimate:
    """Area under the curve (ties count one half) with DeLong's variance (DeLong, DeLong and
    Clarke-Pearson, Biometrics 1988;44:837); the interval on the logit scale where it exists, so
    that it stays within 0 and 1."""
    name = "DeLong, logit"
    values, truth = np.asarray(scores, float), np.asarray(positive, bool)
    m, n = int(truth.sum()), int((~truth).sum())
    if m < 2 or n < 2:
        return nothing(name, n=m + n, reason="too_few", level=level)
    auc, cases, controls = _placements(values, truth)
    error = float(np.sqrt(cases.var(ddof=1) / m + controls.var(ddof=1) / n))
    if auc in (0.0, 1.0) or error == 0:
        return Estimate(auc, None, None, m + n, name, level, "complete_separation")
    middle, reach = np.log(auc / (1 - auc)), normal_reach(level) * error / (auc * (1 - auc))
    low, high = 1 / (1 + np.exp(-(middle - reach))), 1 / (1 + np.exp(-(middle + reach)))
    return Estimate(auc, float(low), float(high), m + n, name, level)


def standard_error(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """DeLong's standard error of the area."""
    truth = np.asarray(positive, bool)
    _auc, cases, controls = _placements(np.asarray(scores, float), truth)
    return float(np.sqrt(cases.var(ddof=1) / cases.size + controls.var(ddof=1) / controls.size))


def compare_areas(
    first: Sequence[float], second: Sequence[float], positive: Sequence[bool]
) -> PValue:
    """Whether two scores of the same units have the same area (DeLong's test, two-sided)."""
    truth = np.asarray(positive, bool)
    name, m, n = "DeLong's test", int(truth.sum()), int((~truth).sum())
    if m < 2 or n < 2:
        return PValue(None, m + n, name, reason="too_few")
    a1, v1, w1 = _placements(np.asarray(first, float), truth)
    a2, v2, w2 = _placements(np.asarray(second, float), truth)
    variance = float((v1 - v2).var(ddof=1) / m + (w1 - w2).var(ddof=1) / n)
    if variance == 0:
        return PValue(
            1.0 if a1 == a2 else None, m + n, name, reason="" if a1 == a2 else "no_variation"
        )
    z = (a1 - a2) / np.sqrt(variance)
    return PValue(finite(2 * ndtr(-abs(z))), m + n, name, statistic=float(z))


def _placements(values: np.ndarray, truth: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """The area, and each positive's and each negative's placement among the others, by midranks
    (Sun and Xu, IEEE Signal Process Lett 2014;21:1389)."""
    cases, controls = values[truth], values[~truth]
    m, n = cases.size, controls.size
    together = rankdata(np.concatenate([cases, controls]))
    of_cases = (together[:m] - rankdata(cases)) / n
    of_controls = 1 - (together[m:] - rankdata(controls)) / m
    return float(of_cases.mean()), of_cases, of_controls
