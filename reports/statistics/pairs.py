"""Affected against unaffected side of the same people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import wilcoxon

from reports.statistics.estimate import Estimate, PValue, finite, nothing, student_reach


def mean_difference(
    first: Sequence[float], second: Sequence[float], *, level: float = 0.95
) -> Estimate:
    """Mean of first less second, with Student's interval."""
    difference = np.asarray(first, float) - np.asarray(second, float)
    n = difference.size
    if n < 2:
        return nothing("paired t", n=n, reason="too_few", level=level)
    mean, error = float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(n))
    reach = student_reach(level, n - 1) * error
    return Estimate(mean, mean - reach, mean + reach, n, "paired t", level)


def mean_ratio(first: Sequence[float], second: Sequence[float], *, level: float = 0.95) -> Estimate:
    """Geometric mean of first over second, with Student's interval on the logarithm."""
    one, other = np.asarray(first, float), np.asarray(second, float)
    if one.size and min(one.min(), other.min()) <= 0:
        raise ValueError("a ratio is of positive sizes")
    logs = mean_difference(np.log(one).tolist(), np.log(other).tolist(), level=level)
    if logs.value is None or logs.low is None or logs.high is None:
        return nothing("paired t on logarithms", n=logs.n, reason=logs.reason, level=level)
    low, value, high = np.exp([logs.low, logs.value, logs.high])
    return Estimate(float(value), float(low), float(high), logs.n, "paired t on logarithms", level)


def signed_rank(first: Sequence[float], second: Sequence[float]) -> PValue:
    """Wilcoxon's signed-rank test of a symmetric shift, two-sided."""
    difference = np.asarray(first, float) - np.asarray(second, float)
    name = "Wilcoxon signed-rank test"
    if np.count_nonzero(difference) == 0:
        return PValue(None, difference.size, name, reason="no_variation")
    found = wilcoxon(difference)
    return PValue(finite(found.pvalue), difference.size, name, statistic=float(found.statistic))
