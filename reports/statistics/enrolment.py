"""When a trial will be full, from the pace at which people came so far."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import fdtri

from reports.statistics.estimate import Estimate, nothing


@dataclass(frozen=True)
class Pace:
    """People who came in so many days, and how many are still wanted."""

    enrolled: int
    days: float
    wanted: int


def days_to_go(pace: Pace, *, level: float = 0.8) -> Estimate:
    """Days until `wanted` more people have come, with a prediction interval.

    People are taken to come at a constant but unknown rate (a Poisson process). Given n events in
    time t, the waiting time for k more is t·k/n times a variate of F with 2k and 2n degrees of
    freedom (the gamma–Poisson model of Anisimov and Fedorov, Stat Med 2007;26:4958, with the prior
    of no information, one centre). The value is t·k/n: as long as it took so far.
    """
    name = "gamma-Poisson prediction"
    n, k = pace.enrolled, pace.wanted
    if k <= 0:
        return Estimate(0.0, 0.0, 0.0, n, name, level)
    if n == 0 or pace.days <= 0:
        return nothing(name, n=n, reason="no_units", level=level)
    expected = pace.days * k / n
    tail = (1 - level) / 2
    low, high = (float(fdtri(2 * k, 2 * n, q)) * expected for q in (tail, 1 - tail))
    return Estimate(expected, low, high, n, name, level)
