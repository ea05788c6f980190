"""The Ohio wheeze data (Zeger, Liang and Albert, Biometrics 1988;44:1049): 537 children, four
yearly visits; GEE with exchangeable correlation gives -1.880, -0.113 (0.044), 0.265 (0.178)."""

from __future__ import annotations

import numpy as np
import pytest

from reports.statistics.clusters import cluster_bootstrap, gee_odds_ratio, gee_slope

# Children by their answers at ages 7, 8, 9 and 10 (0000, 0001, 0010 … 1111), mother not smoking
# and smoking.
AT_HOME = {
    0: (237, 10, 15, 4, 16, 2, 7, 3, 24, 3, 3, 2, 6, 2, 5, 11),
    1: (118, 6, 8, 2, 11, 1, 6, 4, 7, 3, 3, 1, 4, 2, 4, 7),
}


def ohio() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    children = [
        (smoke, [int(bit) for bit in f"{pattern:04b}"])
        for smoke, counts in AT_HOME.items()
        for pattern, count in enumerate(counts)
        for _ in range(count)
    ]
    wheeze = np.array([answers for _smoke, answers in children]).ravel()
    smoke = np.repeat([smoke for smoke, _answers in children], 4)
    return wheeze, np.tile([-2, -1, 0, 1], len(children)), smoke, np.repeat(range(537), 4)


def test_smoking_as_published() -> None:
    wheeze, age, smoke, child = ohio()
    slope, error = gee_slope(wheeze, np.column_stack([np.ones(2148), age, smoke]), child)
    assert (slope, error) == pytest.approx((0.265, 0.178), abs=0.0006)


def test_age_as_published() -> None:
    wheeze, age, smoke, child = ohio()
    slope, error = gee_slope(wheeze, np.column_stack([np.ones(2148), smoke, age]), child)
    assert (slope, error) == pytest.approx((-0.113, 0.044), abs=0.0006)


def test_the_order_of_rows_does_not_matter() -> None:
    wheeze, _age, smoke, child = ohio()
    shuffled = np.random.default_rng(0).permutation(2148)
    one = gee_odds_ratio(wheeze, smoke, child)
    other = gee_odds_ratio(wheeze[shuffled], smoke[shuffled], child[shuffled])
    assert one.value == pytest.approx(other.value)
    assert one.low == pytest.approx(other.low)


@pytest.mark.parametrize(
    ("correct", "exposed", "cluster", "reason"),
    [
        ([1, 1, 0, 1], [0, 1, 0, 1], [1, 1, 2, 2], "always_or_never"),
        ([1, 0, 0, 1], [0, 0, 0, 0], [1, 1, 2, 2], "empty_group"),
        ([1, 0, 0, 1], [0, 1, 0, 1], [1, 1, 1, 1], "one_cluster"),
    ],
)
def test_no_odds_without_both_outcomes(
    correct: list[int], exposed: list[int], cluster: list[int], reason: str
) -> None:
    found = gee_odds_ratio(correct, exposed, cluster)
    assert (found.value, found.reason) == (None, reason)


def test_the_bootstrap_draws_whole_clusters() -> None:
    values = np.arange(50.0)
    found = cluster_bootstrap(lambda rows: float(values[rows].mean()), 50, draws=1000)
    half = 1.96 * values.std() / np.sqrt(50)
    assert found.value == 24.5
    assert (found.low, found.high) == pytest.approx((24.5 - half, 24.5 + half), abs=0.5)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.arange(20.0)

    def mean(rows: np.ndarray) -> float:
        return float(values[rows].mean())

    assert cluster_bootstrap(mean, 20, draws=200) == cluster_bootstrap(mean, 20, draws=200)


def test_a_statistic_that_often_fails_has_no_interval() -> None:
    found = cluster_bootstrap(lambda rows: 1.0 if 0 in rows else float("nan"), 10, draws=200)
    assert (found.low, found.reason) == (None, "unstable")


def test_a_statistic_that_never_varies_has_no_interval() -> None:
    found = cluster_bootstrap(lambda _rows: 1.0, 10, draws=200)
    assert (found.value, found.low, found.reason) == (1.0, None, "no_variation")
