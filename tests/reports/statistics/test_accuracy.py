"""Liver scans against pathology: Drum and Christacopoulos 1972, in Altman and Bland, BMJ 1994."""

from __future__ import annotations

import math

import pytest

from reports.statistics.accuracy import Table, accuracy_of, likelihood_ratio

LIVER = Table(true_positive=231, false_positive=32, false_negative=27, true_negative=54)


@pytest.mark.parametrize(
    ("name", "published", "places"),
    [
        ("sensitivity", 0.90, 2),
        ("specificity", 0.63, 2),
        ("positive_predictive_value", 0.88, 2),
        ("negative_predictive_value", 0.67, 2),
        ("positive_likelihood_ratio", 2.4, 1),
    ],
)
def test_the_published_values(name: str, published: float, places: int) -> None:
    assert round(getattr(accuracy_of(LIVER), name).value, places) == published


def test_accuracy_counts_both_kinds_of_right() -> None:
    assert accuracy_of(LIVER).accuracy.value == pytest.approx(285 / 344)


def test_a_likelihood_ratio_by_hand() -> None:
    """Simel 1991: exp(ln LR ± 1.96 sqrt(1/a - 1/n1 + 1/b - 1/n2))."""
    found = likelihood_ratio(90, 100, 20, 100)
    reach = 1.959964 * math.sqrt(1 / 90 - 1 / 100 + 1 / 20 - 1 / 100)
    assert found.value == pytest.approx(4.5)
    assert found.low == pytest.approx(4.5 * math.exp(-reach), rel=1e-6)
    assert found.high == pytest.approx(4.5 * math.exp(reach), rel=1e-6)


def test_everybody_operated_has_a_compression() -> None:
    found = accuracy_of(Table(20, 0, 5, 0))
    assert found.sensitivity.value == 0.8
    assert found.specificity.reason == "no_units"
    assert found.positive_likelihood_ratio.reason == "empty_group"


def test_no_false_positive_gives_no_ratio() -> None:
    assert likelihood_ratio(9, 10, 0, 10).reason == "over_nothing"
    assert likelihood_ratio(0, 10, 5, 10).reason == "zero_cell"


def test_what_is_indeterminate_stands_beside_the_table() -> None:
    assert Table(1, 1, 1, 1, indeterminate=3, missing=2).n == 4


def test_a_ratio_of_two_wholes_has_no_interval() -> None:
    """One true and one false positive: the ratio is 1, how sure of that is not known."""
    found = likelihood_ratio(1, 1, 1, 1)
    assert (found.value, found.low, found.reason) == (1.0, None, "no_variation")
