"""Student's sleep data (Biometrika 1908;6:1): ten people, two drugs."""

from __future__ import annotations

import pytest

from reports.statistics.pairs import mean_difference, mean_ratio, signed_rank

FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_students_sleep() -> None:
    """R: t.test(paired): mean -1.58, interval -2.459886 to -0.700114."""
    found = mean_difference(FIRST, SECOND)
    assert found.value == pytest.approx(-1.58)
    assert (found.low, found.high) == pytest.approx((-2.459886, -0.700114), abs=1e-6)


def test_a_ratio_is_of_logarithms() -> None:
    found = mean_ratio([2.0, 8.0, 4.0], [1.0, 4.0, 2.0])
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 2.0, 2.0))


def test_a_ratio_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        mean_ratio([0.0, 1.0], [1.0, 1.0])


def test_the_signed_ranks_of_all_that_fell() -> None:
    """Six differences of one sign: p = 2 / 2^6."""
    assert signed_rank([1, 2, 3, 4, 5, 6], [0.0] * 6).p == pytest.approx(2 / 64)


def test_one_person_has_no_interval() -> None:
    assert mean_difference([1.0], [2.0]).reason == "too_few"
    assert signed_rank([1.0, 1.0], [1.0, 1.0]).reason == "no_variation"
