"""Hanley and McNeil 1982: 109 CT images on a scale of five; Stata's manual (`roctab`) gives the
area 0.8932 with DeLong's standard error 0.0307."""

from __future__ import annotations

import numpy as np
import pytest

from reports.statistics.roc import area, compare_areas, curve, standard_error

NORMAL, ABNORMAL = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)
RATING = [g for counts in (NORMAL, ABNORMAL) for g, n in enumerate(counts, 1) for _ in range(n)]
DISEASED = [False] * sum(NORMAL) + [True] * sum(ABNORMAL)


def test_the_area_of_hanley_and_mcneil() -> None:
    assert area(RATING, DISEASED).value == pytest.approx(0.8932, abs=0.00005)


def test_delongs_standard_error() -> None:
    assert standard_error(RATING, DISEASED) == pytest.approx(0.0307, abs=0.00005)


def test_the_interval_stays_within_one() -> None:
    found = area([1, 2, 2, 3, 3, 4], [False, False, True, False, True, True])
    assert 0 < found.low < found.value < found.high < 1


def test_delong_by_every_pair() -> None:
    random = np.random.default_rng(3)
    truth = np.arange(24) < 10
    score = np.round(random.normal(size=24) + truth, 1)
    wins = np.array([[(x > y) + (x == y) / 2 for y in score[~truth]] for x in score[truth]], float)
    error = np.sqrt(wins.mean(1).var(ddof=1) / 10 + wins.mean(0).var(ddof=1) / 14)
    assert area(score.tolist(), truth.tolist()).value == pytest.approx(wins.mean())
    assert standard_error(score.tolist(), truth.tolist()) == pytest.approx(error)


def test_a_score_equals_itself() -> None:
    assert compare_areas(RATING, RATING, DISEASED).p == 1.0


def test_a_better_score_is_found() -> None:
    random = np.random.default_rng(5)
    truth = np.arange(200) < 100
    good, poor = random.normal(size=200) + 2 * truth, random.normal(size=200)
    assert compare_areas(good.tolist(), poor.tolist(), truth.tolist()).p < 1e-6


def test_the_curve_runs_from_corner_to_corner() -> None:
    false_rate, true_rate = curve(RATING, DISEASED)
    assert (false_rate[0], true_rate[0], false_rate[-1], true_rate[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(true_rate, false_rate) == pytest.approx(0.8932, abs=0.00005)


def test_separation_has_no_interval() -> None:
    found = area([1, 2, 3, 4], [False, False, True, True])
    assert (found.value, found.low, found.reason) == (1.0, None, "complete_separation")


@pytest.mark.parametrize("severe", [(False, False, False), (True, False, False)])
def test_too_few_have_no_area(severe: tuple[bool, ...]) -> None:
    assert area([1.0, 2.0, 3.0], severe).reason == "too_few"
