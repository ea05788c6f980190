"""Agresti's party and ideology: a proportional-odds slope of 0.975 with standard error 0.129."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from reports.statistics.association import (
    _rank_correlations,
    ordinal,
    spearman,
    spearman_test,
)

# Agresti, Introduction to Categorical Data Analysis, 2nd ed., table 6.7: very liberal to very
# conservative, Democrats and Republicans.
DEMOCRATS, REPUBLICANS = (80, 81, 171, 41, 55), (30, 46, 148, 84, 99)


def test_party_and_ideology_as_published() -> None:
    grade = [g for row in (DEMOCRATS, REPUBLICANS) for g, n in enumerate(row) for _ in range(n)]
    republican = [0.0] * sum(DEMOCRATS) + [1.0] * sum(REPUBLICANS)
    found = ordinal(grade, {"republican": republican}).odds_ratios["republican"]
    assert np.log(found.value) == pytest.approx(0.975, abs=0.001)
    assert np.log(found.high / found.low) / 2 / 1.959964 == pytest.approx(0.129, abs=0.001)


def test_the_unit_of_a_predictor_scales_its_slope() -> None:
    random = np.random.default_rng(1)
    area = random.normal(1.2, 0.2, 300)
    grade = np.digitize(-6 * area + random.logistic(size=300), [-9, -7.2, -6])
    mm2 = ordinal(grade, {"csa_mm2": area}).odds_ratios["csa_mm2"]
    um2 = ordinal(grade, {"csa": 1000 * area}).odds_ratios["csa"]
    assert np.log(mm2.value) == pytest.approx(1000 * np.log(um2.value), rel=1e-3)
    assert np.log(mm2.low) < -6 < np.log(mm2.high)


@pytest.mark.parametrize(
    ("grade", "predictor", "reason"),
    [
        ([1] * 20, list(range(20)), "one_category"),
        ([0, 1, 2], [1.0, 2.0, 3.0], "too_few"),
        ([0, 1] * 10, [3.0] * 20, "no_variation"),
        ([0] * 10 + [1] * 10, list(range(20)), "not_converged"),
    ],
)
def test_what_cannot_carry_a_model_says_so(
    grade: list[int], predictor: list[float], reason: str
) -> None:
    assert ordinal(grade, {"x": predictor}).reason == reason


def test_spearman_of_a_monotone_relation_is_one() -> None:
    assert spearman(range(10), [x**3 for x in range(10)]).value == pytest.approx(1.0)


def test_spearman_by_hand() -> None:
    """1 - 6 Σd² / n(n² - 1), d of one swap: 1 - 6 * 2 / 120."""
    assert spearman([1, 2, 3, 4, 5], [1, 3, 2, 4, 5]).value == pytest.approx(0.9)
    assert spearman_test([1, 2, 3, 4, 5], [1, 3, 2, 4, 5]).statistic == pytest.approx(0.9)


def test_no_variation_has_no_correlation() -> None:
    assert spearman([1, 1, 1, 1], [1, 2, 3, 4]).reason == "no_variation"
    assert spearman([1, 2], [1, 2]).reason == "too_few"


def test_resampled_ranks_are_those_of_sorting_each_sample():
    random = np.random.default_rng(3)
    x, y = random.normal(size=40), random.integers(0, 4, 40).astype(float)
    drawn = random.integers(0, 40, (25, 40))
    found = _rank_correlations(x, y, drawn)
    assert found == pytest.approx([spearmanr(x[d], y[d]).statistic for d in drawn])
    assert np.isnan(_rank_correlations(x, y, np.zeros((1, 40), int))).all()
