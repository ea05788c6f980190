"""Against Newcombe, Statistics in Medicine 1998;17:873 (table II) and 17:2635, and Fisher's tea."""

from __future__ import annotations

import pytest

from reports.statistics.difference import fisher, mcnemar, newcombe, newcombe_paired

INDEPENDENT = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "low", "high"), INDEPENDENT)
def test_newcombes_table(x1: int, n1: int, x2: int, n2: int, low: float, high: float) -> None:
    found = newcombe(x1, n1, x2, n2)
    assert found.value == pytest.approx(x1 / n1 - x2 / n2)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [((36, 12, 2, 0), 0.0569, 0.3404), ((20, 12, 2, 16), 0.0562, 0.3292)],
)
def test_newcombes_pairs(cells: tuple[int, int, int, int], low: float, high: float) -> None:
    found = newcombe_paired(*cells)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_an_empty_arm_has_no_difference() -> None:
    assert newcombe(3, 4, 0, 0).reason == fisher(3, 4, 0, 0).reason == "empty_group"


def test_the_lady_tasting_tea() -> None:
    assert fisher(3, 4, 1, 4).p == pytest.approx(34 / 70)


def test_mcnemar_by_hand() -> None:
    assert mcnemar(2, 12, pairs=40).p == pytest.approx(2 * (1 + 14 + 91) / 2**14)


def test_no_discordant_pair_says_nothing_against_equality() -> None:
    assert mcnemar(0, 0, pairs=9).p == 1.0


def test_no_pair_has_no_p() -> None:
    assert mcnemar(0, 0, pairs=0).p is None


def test_the_published_p_below_5_per_cent_is_not_exact() -> None:
    """PROTOCOL.md: 23 of 25 against 21 of 25; at best 0.50 by McNemar, 0.67 by Fisher."""
    assert mcnemar(2, 0, pairs=25).p == pytest.approx(0.50)
    assert fisher(23, 25, 21, 25).p == pytest.approx(0.667, abs=0.001)
