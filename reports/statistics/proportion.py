"""One proportion and its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from reports.statistics.estimate import Estimate, normal_reach, nothing


def clopper_pearson(successes: int, trials: int, *, level: float = 0.95) -> Estimate:
    """The exact interval (Clopper and Pearson, Biometrika 1934;26:404): covers at least `level`."""
    return _proportion(successes, trials, level, "beta", "Clopper-Pearson")


def wilson(successes: int, trials: int, *, level: float = 0.95) -> Estimate:
    """The score interval (Wilson, JASA 1927;22:209): covers `level` on average."""
    return _proportion(successes, trials, level, "wilson", "Wilson")


def _proportion(successes: int, trials: int, level: float, how: str, name: str) -> Estimate:
    if not 0 <= successes <= trials:
        raise ValueError("successes lie between 0 and the number of trials")
    if trials == 0:
        return nothing(name, reason="no_units", level=level)
    low, high = proportion_confint(successes, trials, alpha=1 - level, method=how)
    low, high = (0.0 if successes == 0 else low), (1.0 if successes == trials else high)
    return Estimate(successes / trials, float(low), float(high), trials, name, level)


def clustered(successes: Sequence[int], trials: Sequence[int], *, level: float = 0.95) -> Estimate:
    """A proportion over units that come in clusters (two nerve sides, several readers a patient).

    `successes` and `trials` have one entry a cluster. The ratio estimator's variance over clusters
    gives the design effect (Rao and Scott, Biometrics 1992;48:577), never taken below 1; Wilson's
    interval at the effective number of units is the answer (Korn and Graubard, 1998, use the same
    step with the exact one), so that 0 % and 100 % keep a width.
    """
    x, m = np.asarray(successes, float), np.asarray(trials, float)
    x, m = x[m > 0], m[m > 0]
    name = "Wilson at the effective number of units"
    if m.size == 0:
        return nothing(name, reason="no_units", level=level)
    if m.size == 1:
        return nothing(name, n=int(m.sum()), reason="one_cluster", level=level)
    total, share = m.sum(), x.sum() / m.sum()
    effect = max(1.0, design_effect(x, m))
    low, high = _wilson_ends(share, total / effect, level)
    return Estimate(float(share), low, high, int(total), name, level)


def design_effect(successes: np.ndarray, trials: np.ndarray) -> float:
    """How many times the variance of the proportion exceeds the binomial one; 1 where the
    proportion is 0 or 1 and the data cannot tell."""
    total, clusters = trials.sum(), trials.size
    share = successes.sum() / total
    binomial = share * (1 - share) / total
    if binomial == 0:
        return 1.0
    residual = successes - share * trials
    variance = clusters / (clusters - 1) * float(residual @ residual) / total**2
    return float(variance / binomial)


def _wilson_ends(share: float, units: float, level: float) -> tuple[float, float]:
    z2 = normal_reach(level) ** 2
    middle = (share + z2 / (2 * units)) / (1 + z2 / units)
    half = np.sqrt(z2 * (share * (1 - share) + z2 / (4 * units)) / units) / (1 + z2 / units)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
