"""Numbers as a reader sees them."""

import pytest

from reports.case.nerve import Amount
from reports.catalog.amounts import amount, number, ratio


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [(1.138, 2, "1.14"), (None, 2, "—"), (-0.3, 1, "−0.3"), (-0.001, 2, "0.00"), (85.4, 0, "85")],
)
def test_a_number_has_fixed_decimals_and_a_true_minus(value, decimals, expected):
    assert number(value, decimals) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Amount(1.138, 0.021), "1.14 ± 0.02"),
        (Amount(1.138), "1.14"),
        (None, "—"),
        (Amount(1.1384, 0.0031), "1.138 ± 0.003"),
        (Amount(1.1384, 0.0), "1.14 ± 0.00"),
    ],
)
def test_an_amount_shows_its_standard_deviation(given, expected):
    assert amount(given, 2) == expected


def test_a_ratio_carries_both_errors():
    # 1.2 / 1.5 with 3 % and 4 %: a relative error of 5 %.
    assert ratio(Amount(1.2, 0.036), Amount(1.5, 0.06)) == "0.80 ± 0.04"


@pytest.mark.parametrize("other", [None, Amount(0.0, 0.1)])
def test_a_ratio_to_nothing_is_no_number(other):
    assert ratio(Amount(1.2, 0.1), other) == "—"
