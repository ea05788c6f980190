"""What every estimator answers with, and what it says when there is nothing to estimate."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri, stdtrit


@dataclass(frozen=True)
class Estimate:
    """A value with its interval. `n` units went in; `method` names the interval.

    A value or an end that does not exist (nobody operated, a ratio over nothing) is None, never a
    made-up number; `reason` then says why, as a stable word.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    level: float = 0.95
    reason: str = ""

    @property
    def exists(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None


@dataclass(frozen=True)
class PValue:
    """What a test came to: two-sided p, its statistic where it has one, and its name."""

    p: float | None
    n: int
    method: str
    statistic: float | None = None
    reason: str = ""


def nothing(method: str, *, n: int = 0, reason: str, level: float = 0.95) -> Estimate:
    """The estimate that cannot be made, with the reason."""
    return Estimate(None, None, None, n, method, level, reason)


def finite(value: float) -> float | None:
    """The number, or None where it is none."""
    return float(value) if math.isfinite(value) else None


def normal_reach(level: float) -> float:
    """How many standard errors an interval of that level reaches to either side."""
    return float(ndtri((1 + level) / 2))


def student_reach(level: float, freedom: float) -> float:
    """The same with the variance estimated, at that many degrees of freedom."""
    return float(stdtrit(freedom, (1 + level) / 2))
