"""How well a reading finds what surgery finds: the table of four, and what is made of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reports.statistics.estimate import Estimate, normal_reach, nothing
from reports.statistics.proportion import clopper_pearson


@dataclass(frozen=True)
class Table:
    """Readings against the reference; `indeterminate` and `missing` are counted, never dropped in
    silence: they stand beside the table."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int
    indeterminate: int = 0
    missing: int = 0

    @property
    def positive(self) -> int:
        """Units with a compression by the reference."""
        return self.true_positive + self.false_negative

    @property
    def negative(self) -> int:
        """Units without one."""
        return self.true_negative + self.false_positive

    @property
    def n(self) -> int:
        """Units in the four cells."""
        return self.positive + self.negative


@dataclass(frozen=True)
class Accuracy:
    """The usual seven; predictive values hold for this sample's share of positives only."""

    sensitivity: Estimate
    specificity: Estimate
    positive_predictive_value: Estimate
    negative_predictive_value: Estimate
    positive_likelihood_ratio: Estimate
    negative_likelihood_ratio: Estimate
    accuracy: Estimate


def accuracy_of(table: Table, *, level: float = 0.95) -> Accuracy:
    """All seven with exact intervals (Clopper–Pearson); likelihood ratios by the logarithm's
    standard error (Simel, Samsa and Matchar, J Clin Epidemiol 1991;44:763)."""
    tp, fp = table.true_positive, table.false_positive
    fn, tn = table.false_negative, table.true_negative
    return Accuracy(
        sensitivity=clopper_pearson(tp, tp + fn, level=level),
        specificity=clopper_pearson(tn, tn + fp, level=level),
        positive_predictive_value=clopper_pearson(tp, tp + fp, level=level),
        negative_predictive_value=clopper_pearson(tn, tn + fn, level=level),
        positive_likelihood_ratio=likelihood_ratio(tp, tp + fn, fp, tn + fp, level=level),
        negative_likelihood_ratio=likelihood_ratio(fn, tp + fn, tn, tn + fp, level=level),
        accuracy=clopper_pearson(tp + tn, table.n, level=level),
    )


def likelihood_ratio(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> Estimate:
    """The ratio of two proportions. With a zero in it, or both 1, there is no interval, and over
    zero no value."""
    name, n = "log method", n1 + n2
    if n1 == 0 or n2 == 0:
        return nothing(name, n=n, reason="empty_group", level=level)
    if x2 == 0:
        return nothing(name, n=n, reason="over_nothing", level=level)
    ratio = (x1 / n1) / (x2 / n2)
    if x1 == 0:
        return Estimate(ratio, None, None, n, name, level, "zero_cell")
    error = math.sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)
    if error == 0:
        return Estimate(ratio, None, None, n, name, level, "no_variation")
    reach = math.exp(normal_reach(level) * error)
    return Estimate(ratio, ratio / reach, ratio * reach, n, name, level)
