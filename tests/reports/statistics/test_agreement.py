"""Published examples of agreement."""

from __future__ import annotations

import numpy as np
import pytest

from reports.statistics.agreement import bland_altman, cohen_kappa, cross_table, gwet_ac1, icc_2_1

# Fleiss, Cohen and Everitt 1969: kappa 0.429, standard error 0.054.
DIAGNOSES = np.array([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
# Gwet 2002: 118 both yes, 5 and 2 split, none both no: kappa -0.0234, AC1 0.9408.
PARADOX = np.array([[118, 5], [2, 0]])
# Shrout and Fleiss 1979, table 2: six targets, four judges.
JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
# Bland and Altman 1986, peak expiratory flow by two meters, first readings.
LARGE = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_cohens_kappa_of_the_diagnoses() -> None:
    found = cohen_kappa(DIAGNOSES)
    assert found.value == pytest.approx(0.429, abs=0.0005)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(0.054, abs=0.0005)


def test_gwets_paradox() -> None:
    assert cohen_kappa(PARADOX).value == pytest.approx(-0.0234, abs=0.00005)
    assert gwet_ac1(PARADOX).value == pytest.approx(0.9408, abs=0.00005)


def test_gwets_variance_is_that_of_his_formula() -> None:
    n = PARADOX.sum()
    share = PARADOX / n
    pi = (share.sum(0) + share.sum(1)) / 2
    pa, pe = np.trace(share), float((pi * (1 - pi)).sum())
    k = (pa - pe) / (1 - pe)
    both = sum(share[i, i] * (1 - pi[i]) for i in range(2))
    squares = sum(share[i, j] * (1 - (pi[i] + pi[j]) / 2) ** 2 for i in range(2) for j in range(2))
    inside = pa * (1 - pa) - 4 * (1 - k) * (both - pa * pe) + 4 * (1 - k) ** 2 * (squares - pe**2)
    error = np.sqrt(inside / (1 - pe) ** 2 / (n - 1))
    found = gwet_ac1(PARADOX)
    assert found.value - found.low == pytest.approx(1.97928 * error, rel=1e-4)


def test_shrout_and_fleiss_judges() -> None:
    """ICC(2,1) 0.29; the interval 0.019 to 0.761 is what R's psych gives for these data."""
    found = icc_2_1(JUDGES)
    assert found.value == pytest.approx(0.2898, abs=0.00005)
    assert (found.low, found.high) == pytest.approx((0.0188, 0.7611), abs=0.0005)


def test_identical_scores_agree_wholly() -> None:
    scores = np.repeat(np.arange(5.0)[:, None], 2, axis=1)
    assert icc_2_1(scores).value == 1.0


def test_a_constant_offset_lowers_absolute_agreement() -> None:
    base = np.arange(8.0)
    offset = icc_2_1(np.column_stack([base, base + 3]))
    assert offset.value is not None
    assert offset.value < 0.75


def test_peak_flow_by_two_meters() -> None:
    found = bland_altman(LARGE, MINI)
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    # The paper's limits lie at 2 SD (-79.7 and 75.5), ours at 1.96; the width of their intervals is
    # the same: t at 16 degrees of freedom, 2.12, times 16.3.
    assert found.bias.value - 2 * found.sd == pytest.approx(-79.7, abs=0.1)
    assert found.lower.value == pytest.approx(-2.1 - 1.96 * 38.8, abs=0.1)
    assert found.upper.value == pytest.approx(-2.1 + 1.96 * 38.8, abs=0.1)
    for limit in (found.lower, found.upper):
        assert (limit.high - limit.low) / 2 == pytest.approx(34.6, abs=0.1)


def test_readers_are_counted_by_category() -> None:
    counts = cross_table(["no", "yes", "yes", "no"], ["no", "yes", "no", "no"])
    assert counts.tolist() == [[2, 0], [1, 1]]


def test_readers_of_other_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="same units"):
        cross_table(["yes"], [])


def test_one_category_has_no_kappa() -> None:
    assert cohen_kappa(np.array([[9, 0], [0, 0]])).reason == "one_category"


def test_nobody_agrees_about_nothing() -> None:
    nothing = np.zeros((0, 0), int)
    assert cohen_kappa(nothing).reason == gwet_ac1(nothing).reason == "no_units"
    assert bland_altman([1.0], [1.0]).bias.reason == "too_few"
    assert icc_2_1(np.ones((1, 2))).reason == "too_few"
    assert icc_2_1(np.ones((4, 2))).reason == "no_variation"


def test_a_reader_who_never_varies_agrees_by_chance_alone_and_has_no_interval() -> None:
    found = cohen_kappa(np.array([[3, 2], [0, 0]]))
    assert (found.value, found.low, found.high) == (0.0, None, None)
    assert found.reason == "one_reader_one_category"


def test_agreement_without_a_difference_has_no_interval() -> None:
    """Two readers who never differ over four cases: that they never would is not known."""
    for found in (cohen_kappa(np.diag([2, 2])), gwet_ac1(np.diag([2, 2]))):
        assert (found.value, found.low, found.high) == (1.0, None, None)
        assert found.reason == "no_variation"
    one = gwet_ac1(np.array([[0, 1], [0, 0]]))
    assert (one.value, one.low, one.n) == (-1.0, None, 1)
