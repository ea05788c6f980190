"""Against Newcombe, Statistics in Medicine 1998;17:857, table I."""

from __future__ import annotations

import numpy as np
import pytest

from reports.statistics.proportion import clopper_pearson, clustered, design_effect, wilson

NEWCOMBE_1998 = [
    (81, 263, (0.2527, 0.3676), (0.2553, 0.3662)),
    (15, 148, (0.0578, 0.1617), (0.0624, 0.1605)),
    (0, 20, (0.0000, 0.1684), (0.0000, 0.1611)),
    (1, 29, (0.0009, 0.1776), (0.0061, 0.1718)),
]


@pytest.mark.parametrize(("x", "n", "exact", "score"), NEWCOMBE_1998)
def test_the_published_intervals(x: int, n: int, exact: tuple, score: tuple) -> None:
    for found, expected in ((clopper_pearson(x, n), exact), (wilson(x, n), score)):
        assert (found.low, found.high) == pytest.approx(expected, abs=6e-5)
        assert (found.value, found.n) == (x / n, n)


def test_all_of_them_reaches_one() -> None:
    assert clopper_pearson(20, 20).high == wilson(20, 20).high == 1.0


def test_nobody_gives_no_number() -> None:
    found = clopper_pearson(0, 0)
    assert (found.value, found.low, found.high, found.reason) == (None, None, None, "no_units")


def test_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0"):
        wilson(3, 2)


def test_clusters_of_one_give_wilson() -> None:
    outcome = [1] * 30 + [0] * 10
    plain, found = wilson(30, 40), clustered(outcome, [1] * 40)
    # The ratio estimator divides by clusters - 1: an effect of 40/39.
    assert found.low == pytest.approx(plain.low, abs=0.003)
    assert found.high == pytest.approx(plain.high, abs=0.003)


def test_two_identical_units_a_cluster_count_as_one() -> None:
    outcome = np.array([2] * 30 + [0] * 10)
    assert design_effect(outcome, np.full(40, 2.0)) == pytest.approx(2 * 40 / 39)


def test_clusters_without_a_unit_do_not_count() -> None:
    assert clustered([1, 0, 1], [2, 0, 1]) == clustered([1, 1], [2, 1])


def test_one_cluster_has_no_interval() -> None:
    assert clustered([2], [4]).reason == "one_cluster"
