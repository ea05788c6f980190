"""Whether the nerve's size goes with the spasm's severity."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.linalg import LinAlgError
from scipy.stats import spearmanr
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.tools.sm_exceptions import ConvergenceWarning, HessianInversionWarning

from reports.statistics.clusters import DRAWS, interval_of
from reports.statistics.estimate import Estimate, PValue, finite, normal_reach, nothing

# Numbers that lie in memory at once while samples are drawn again.
AT_ONCE = 1_000_000


def spearman(
    x: Sequence[float], y: Sequence[float], *, seed: int = 20201, level: float = 0.95
) -> Estimate:
    """Spearman's rank correlation with a percentile bootstrap interval over units."""
    first, second = np.asarray(x, float), np.asarray(y, float)
    if first.size < 4:
        return nothing("bootstrap", n=first.size, reason="too_few", level=level)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return nothing("bootstrap", n=first.size, reason="no_variation", level=level)

    value = float(spearmanr(first, second).statistic)
    random = np.random.default_rng(seed)
    parts, left = [], DRAWS
    while left:
        some = min(left, max(1, AT_ONCE // first.size))
        drawn = random.integers(0, first.size, (some, first.size))
        parts.append(_rank_correlations(first, second, drawn))
        left -= some
    return interval_of(value, np.concatenate(parts), first.size, DRAWS, seed, level)


def _rank_correlations(first: np.ndarray, second: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Spearman's coefficient of each sample of indices (draws, n); nan where it does not vary. A
    sample says how often each unit is in it, and ranks follow from that without sorting again."""
    some, n = drawn.shape
    places = drawn + np.arange(some)[:, None] * n
    often = np.bincount(places.ravel(), minlength=some * n).reshape(some, n).astype(float)
    middle = (n + 1) / 2
    one, other = _ranks(first, often) - middle, _ranks(second, often) - middle
    size = np.sqrt((often * one**2).sum(1) * (often * other**2).sum(1))
    product = (often * one * other).sum(1)
    return np.divide(product, size, out=np.full(some, np.nan), where=size > 0)


def _ranks(values: np.ndarray, often: np.ndarray) -> np.ndarray:
    """Midranks (draws, n) of values of which each sample has each so often."""
    order = np.argsort(values, kind="stable")
    new = np.r_[True, np.diff(values[order]) > 0]
    which = np.empty(values.size, int)
    which[order] = np.cumsum(new) - 1
    held = np.add.reduceat(often[:, order], np.flatnonzero(new), axis=1)
    return (np.cumsum(held, axis=1) - (held - 1) / 2)[:, which]


def spearman_test(x: Sequence[float], y: Sequence[float]) -> PValue:
    """The test of no monotone relation (t approximation), two-sided."""
    if len(x) < 4 or np.ptp(np.asarray(x)) == 0 or np.ptp(np.asarray(y)) == 0:
        return PValue(None, len(x), "Spearman", reason="too_few")
    found = spearmanr(x, y)
    return PValue(finite(found.pvalue), len(x), "Spearman", statistic=float(found.statistic))


@dataclass(frozen=True)
class OrdinalFit:
    """Odds ratios of a higher grade, one a predictor, from the proportional-odds model."""

    odds_ratios: dict[str, Estimate]
    n: int
    reason: str = ""


def ordinal(
    grade: Sequence[int], predictors: dict[str, Sequence[float]], *, level: float = 0.95
) -> OrdinalFit:
    """Proportional-odds regression of an ordered grade (McCullagh, J R Stat Soc B 1980;42:109).

    `grade` (n,), each predictor (n,). An odds ratio above 1: more of the predictor goes with a
    higher grade. Refused (with a reason) where the data cannot carry the model.
    """
    y = np.asarray(grade)
    design = np.column_stack([np.asarray(values, float) for values in predictors.values()])
    problem = _cannot(y, design)
    if problem:
        return OrdinalFit({}, y.size, problem)
    fitted = _fit(y, design)
    if fitted is None:
        return OrdinalFit({}, y.size, "not_converged")
    slopes, errors = fitted
    reach = normal_reach(level)
    name = "proportional odds, Wald"
    ratios = {
        key: Estimate(
            float(np.exp(slope)),
            finite(np.exp(slope - reach * error)),
            finite(np.exp(slope + reach * error)),
            y.size,
            name,
            level,
        )
        for key, slope, error in zip(predictors, slopes, errors, strict=True)
    }
    return OrdinalFit(ratios, y.size)


def _cannot(y: np.ndarray, design: np.ndarray) -> str:
    if np.unique(y).size < 2:
        return "one_category"
    if y.size < 5 * design.shape[1] + 5:
        return "too_few"
    if np.linalg.matrix_rank(design - design.mean(0)) < design.shape[1]:
        return "no_variation"
    return ""


def _fit(y: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Slopes and standard errors per unit of each predictor; None where it does not converge or
    runs away (complete separation)."""
    spread = design.std(0)
    scaled = (design - design.mean(0)) / spread
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", HessianInversionWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            found = OrderedModel(np.unique(y, return_inverse=True)[1], scaled, distr="logit").fit(
                method="bfgs", disp=False, maxiter=500
            )
        except LinAlgError:
            return None
    k = design.shape[1]
    slopes, errors = np.asarray(found.params)[:k], np.asarray(found.bse)[:k]
    sound = found.mle_retvals["converged"] and np.isfinite(errors).all()
    return (slopes / spread, errors / spread) if sound and np.abs(slopes).max() < 15 else None
