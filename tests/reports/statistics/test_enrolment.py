"""When a trial will be full."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import f

from reports.statistics.enrolment import Pace, days_to_go


def test_half_way_it_takes_as_long_again():
    found = days_to_go(Pace(enrolled=30, days=300, wanted=30))
    assert found.value == 300
    assert found.low < 300 < found.high


def test_the_interval_is_that_of_the_f_distribution():
    found = days_to_go(Pace(enrolled=10, days=100, wanted=5), level=0.9)
    assert found.low == pytest.approx(50 * f.ppf(0.05, 10, 20))
    assert found.high == pytest.approx(50 * f.ppf(0.95, 10, 20))


def test_nobody_so_far_is_no_forecast():
    assert days_to_go(Pace(0, 100, 30)).value is None
    assert days_to_go(Pace(30, 100, 0)).value == 0


def test_over_simulated_trials_it_covers_what_it_claims():
    """10,000 trials at a true rate: eight of ten are full within the interval."""
    random = np.random.default_rng(5)
    hits = 0
    for _ in range(10_000):
        gaps = random.exponential(7.0, 40)
        so_far, rest = gaps[:20].sum(), gaps[20:].sum()
        found = days_to_go(Pace(20, float(so_far), 20))
        hits += found.low <= rest <= found.high
    assert hits / 10_000 == pytest.approx(0.8, abs=0.012)
