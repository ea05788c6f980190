"""Whether two readers, or two measurements, say the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri
from statsmodels.stats.inter_rater import cohens_kappa

from reports.statistics.estimate import Estimate, normal_reach, nothing, student_reach

# A standard error below this is rounding.
NO_ERROR = 1e-12


def cross_table(first: Sequence[object], second: Sequence[object]) -> np.ndarray:
    """Counts (k, k) of two readers' answers to the same units, categories in sorted order."""
    if len(first) != len(second):
        raise ValueError("both readers answer for the same units")
    categories = sorted({*map(str, first), *map(str, second)})
    place = {category: index for index, category in enumerate(categories)}
    counts = np.zeros((len(categories), len(categories)), int)
    for one, other in zip(first, second, strict=True):
        counts[place[str(one)], place[str(other)]] += 1
    return counts


def cohen_kappa(counts: np.ndarray, *, level: float = 0.95) -> Estimate:
    """Cohen's kappa with its large-sample interval (Fleiss, Cohen and Everitt, Psychol Bull
    1969;72:323). `counts` is (k, k). Where one category holds everything there is none, and where
    nobody ever differs, or always, there is no interval: an error of 0 is not known, only unseen.
    """
    name, n = "Cohen's kappa", int(counts.sum())
    if n == 0:
        return nothing(name, reason="no_units", level=level)
    if _one_category(counts):
        return nothing(name, n=n, reason="one_category", level=level)
    if _one_sided(counts):
        # One reader gave one answer throughout: chance explains all, and no interval tells how far.
        return Estimate(0.0, None, None, n, name, level, "one_reader_one_category")
    found = cohens_kappa(counts)
    kappa, error = float(found.kappa), float(found.std_kappa)
    if math.isclose(error, 0, abs_tol=NO_ERROR):
        return Estimate(kappa, None, None, n, name, level, "no_variation")
    reach = normal_reach(level) * error
    return Estimate(kappa, max(-1.0, kappa - reach), min(1.0, kappa + reach), n, name, level)


def _one_category(counts: np.ndarray) -> bool:
    return bool(np.any(counts.sum(0) == counts.sum()) and np.any(counts.sum(1) == counts.sum()))


def _one_sided(counts: np.ndarray) -> bool:
    return bool(np.any(counts.sum(0) == counts.sum()) or np.any(counts.sum(1) == counts.sum()))


def gwet_ac1(counts: np.ndarray, *, level: float = 0.95) -> Estimate:
    """Gwet's AC1, which stays sane where one category is rare, with the interval of Gwet (Br J
    Math Stat Psychol 2008;61:29), finite-population factor left out; none where the units do not
    vary."""
    name, n, k = "Gwet's AC1", int(counts.sum()), counts.shape[0]
    if n == 0:
        return nothing(name, reason="no_units", level=level)
    if k < 2:
        return nothing(name, n=n, reason="one_category", level=level)
    share = counts / n
    prevalence = (share.sum(0) + share.sum(1)) / 2
    chance = float((prevalence * (1 - prevalence)).sum() / (k - 1))
    ac1 = (float(np.trace(share)) - chance) / (1 - chance)
    variance = _ac1_variance(share, prevalence, chance, ac1, n)
    if math.isclose(variance, 0, abs_tol=NO_ERROR):
        return Estimate(ac1, None, None, n, name, level, "no_variation")
    reach = student_reach(level, max(n - 1, 1)) * np.sqrt(variance)
    return Estimate(ac1, max(-1.0, ac1 - reach), min(1.0, ac1 + reach), n, name, level)


def _ac1_variance(
    share: np.ndarray, prevalence: np.ndarray, chance: float, ac1: float, n: int
) -> float:
    """Sample variance of each unit's linearised contribution, over n."""
    k = share.shape[0]
    agree = np.eye(k)
    by_chance = ((1 - prevalence)[:, None] + (1 - prevalence)[None, :]) / (2 * (k - 1))
    unit = (agree - chance) / (1 - chance) - 2 * (1 - ac1) * (by_chance - chance) / (1 - chance)
    return float((share * (unit - ac1) ** 2).sum() / max(n - 1, 1))


def icc_2_1(scores: np.ndarray, *, level: float = 0.95) -> Estimate:
    """ICC(2,1): absolute agreement of single measurements, raters random (Shrout and Fleiss,
    Psychol Bull 1979;86:420; interval of McGraw and Wong 1996). `scores` is (subjects, raters),
    without gaps."""
    name, (n, k) = "ICC(2,1)", scores.shape
    if n < 2 or k < 2:
        return nothing(name, n=n, reason="too_few", level=level)
    rows, columns, error = _mean_squares(scores)
    if rows + error == 0:
        return nothing(name, n=n, reason="no_variation", level=level)
    icc = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    if error == 0 and columns == 0:
        return Estimate(1.0, 1.0, 1.0, n, name, level)
    low, high = _icc_ends(float(icc), rows, columns, error, n, k, level)
    return Estimate(float(icc), low, high, n, name, level)


def _mean_squares(scores: np.ndarray) -> tuple[float, float, float]:
    n, k = scores.shape
    grand = scores.mean()
    by_row, by_column = scores.mean(1) - grand, scores.mean(0) - grand
    left = scores - grand - by_row[:, None] - by_column[None, :]
    return (
        float(k * (by_row**2).sum() / (n - 1)),
        float(n * (by_column**2).sum() / (k - 1)),
        float((left**2).sum() / ((n - 1) * (k - 1))),
    )


def _icc_ends(
    icc: float, rows: float, columns: float, error: float, n: int, k: int, level: float
) -> tuple[float, float]:
    ratio = columns / error if error else np.inf
    top = (n - 1) * (k - 1) * (k * icc * ratio + n * (1 + (k - 1) * icc) - k * icc) ** 2
    bottom = (n - 1) * k**2 * icc**2 * ratio**2 + (n * (1 + (k - 1) * icc) - k * icc) ** 2
    freedom = top / bottom if np.isfinite(ratio) else float(k - 1)
    upper_f = fdtri(n - 1, freedom, (1 + level) / 2)
    lower_f = fdtri(freedom, n - 1, (1 + level) / 2)
    noise = k * columns + (k * n - k - n) * error
    low = n * (rows - upper_f * error) / (upper_f * noise + n * rows)
    high = n * (lower_f * rows - error) / (noise + n * lower_f * rows)
    return max(-1.0, float(low)), min(1.0, float(high))


@dataclass(frozen=True)
class Limits:
    """Bland–Altman: the mean difference and the limits of agreement, each with its interval."""

    bias: Estimate
    lower: Estimate
    upper: Estimate
    sd: float | None


def bland_altman(first: Sequence[float], second: Sequence[float], *, level: float = 0.95) -> Limits:
    """First less second measurement of the same units (Bland and Altman, Lancet 1986;i:307), the
    limits at 1.96 SD with the approximate interval of that paper, factor sqrt(3/n)."""
    difference = np.asarray(first, float) - np.asarray(second, float)
    n = difference.size
    if n < 2:
        empty = nothing("Bland-Altman", n=n, reason="too_few", level=level)
        return Limits(empty, empty, empty, None)
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    quantile = student_reach(level, n - 1)

    def around(centre: float, error: float) -> Estimate:
        reach = quantile * error
        return Estimate(centre, centre - reach, centre + reach, n, "Bland-Altman", level)

    wide = sd * np.sqrt(3 / n)
    return Limits(
        around(bias, sd / np.sqrt(n)),
        around(bias - 1.96 * sd, wide),
        around(bias + 1.96 * sd, wide),
        sd,
    )
