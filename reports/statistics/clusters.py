"""Readings that are not independent: two sides, several readers and both techniques a patient."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from reports.statistics.estimate import Estimate, finite, normal_reach, nothing


def gee_odds_ratio(
    correct: Sequence[int], exposed: Sequence[int], cluster: Sequence[int], *, level: float = 0.95
) -> Estimate:
    """Odds ratio of a correct reading, one technique (`exposed` 1) against the other (0).

    Logistic GEE with exchangeable working correlation within a cluster and the robust variance
    (Liang and Zeger, Biometrika 1986;73:13). A technique that is always or never right has no
    odds, and the answer says so.
    """
    name = "logistic GEE, exchangeable, robust"
    y, x, groups = np.asarray(correct), np.asarray(exposed), np.asarray(cluster)
    problem = _separated(y, x, groups)
    if problem:
        return nothing(name, n=y.size, reason=problem, level=level)
    slope, error = gee_slope(y, np.column_stack([np.ones(y.size), x]), groups)
    reach = normal_reach(level) * error
    low, high = np.exp(slope - reach), np.exp(slope + reach)
    return Estimate(float(np.exp(slope)), finite(low), finite(high), y.size, name, level)


def gee_slope(y: np.ndarray, design: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """The last column's coefficient and its robust standard error; `y` (n,), `design` (n, k)."""
    order = np.argsort(groups, kind="stable")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = sm.GEE(
            y[order],
            design[order],
            groups=groups[order],
            family=sm.families.Binomial(),
            cov_struct=sm.cov_struct.Exchangeable(),
        )
        fitted = model.fit(maxiter=100)
    return float(fitted.params[-1]), float(fitted.bse[-1])


def _separated(y: np.ndarray, x: np.ndarray, groups: np.ndarray) -> str:
    if np.unique(groups).size < 2:
        return "one_cluster"
    for technique in (0, 1):
        part = y[x == technique]
        if part.size == 0:
            return "empty_group"
        if part.min() == part.max():
            return "always_or_never"
    return ""


DRAWS = 2000


def cluster_bootstrap(
    statistic: Callable[[np.ndarray], float],
    clusters: int,
    *,
    draws: int = DRAWS,
    seed: int = 20201,
    level: float = 0.95,
) -> Estimate:
    """Percentile interval of a statistic, whole clusters drawn again (Davison and Hinkley 1997,
    section 3.8).

    `statistic` takes the index array (clusters,) of clusters drawn and answers with a number, or
    nan where that draw has none; over one draw in twenty without is no interval.
    """
    name = f"cluster bootstrap, {draws} draws, seed {seed}"
    if clusters < 2:
        return nothing(name, n=clusters, reason="one_cluster", level=level)
    value = finite(statistic(np.arange(clusters)))
    if value is None:
        return nothing(name, n=clusters, reason="undefined", level=level)
    random = np.random.default_rng(seed)
    drawn = np.array(
        [statistic(random.integers(0, clusters, clusters)) for _ in range(draws)], float
    )
    return interval_of(value, drawn, clusters, draws, seed, level)


def interval_of(
    value: float, drawn: np.ndarray, clusters: int, draws: int, seed: int, level: float
) -> Estimate:
    """The percentile interval of a statistic from its values in the samples drawn again."""
    name = f"cluster bootstrap, {draws} draws, seed {seed}"
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size < 0.95 * draws:
        return Estimate(value, None, None, clusters, name, level, "unstable")
    if np.ptp(drawn) == 0:
        # Every sample says the same: that is no certainty, only too little seen.
        return Estimate(value, None, None, clusters, name, level, "no_variation")
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, float(low), float(high), clusters, name, level)
