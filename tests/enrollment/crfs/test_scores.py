"""Scores of the severity scales against sums by hand."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.crfs.checking import completed
from enrollment.crfs.expression import Record
from enrollment.crfs.severity import FORM

RECORD = Record(facts={"jrs_wording": "spasms"})


def scored(answers: dict[str, object]) -> dict[str, object]:
    return completed(FORM, answers, RECORD)


def filled(scale: str, count: int, grade: int) -> dict[str, object]:
    return {f"{scale}_{number}": str(grade) for number in range(1, count + 1)}


@pytest.mark.parametrize(("grade", "score"), [("I", 1), ("II", 2), ("III", 3), ("IV", 4)])
def test_smc(grade: str, score: int) -> None:
    assert scored({"smc_grade": grade})["smc_score"] == score


@pytest.mark.parametrize(
    ("severity", "frequency", "total"), [("0", "0", 0), ("3", "2", 5), ("4", "4", 8)]
)
def test_jrs_keeps_both_parts_its_sum_and_its_wording(
    severity: str, frequency: str, total: int
) -> None:
    given_ = scored({"jrs_severity": severity, "jrs_frequency": frequency})
    assert given_["jrs_total"] == total
    assert given_["jrs_wording"] == "spasms"
    assert "jrs_total" not in scored({"jrs_severity": severity})


@pytest.mark.parametrize(
    ("scale", "count", "most"), [("hfs_7", 7, 28), ("hfs_30", 30, 120), ("hfs_36", 36, 144)]
)
def test_a_questionnaire_goes_from_none_to_its_most(scale: str, count: int, most: int) -> None:
    assert scored(filled(scale, count, 0))[f"{scale}_total"] == 0
    assert scored(filled(scale, count, 4))[f"{scale}_total"] == most


def test_a_subscale_of_the_hfs_30_is_scored_over_the_items_that_the_protocol_names() -> None:
    mixed = filled("hfs_30", 30, 0) | {f"hfs_30_{n}": str(n) for n in range(1, 5)}
    known = Record(facts={"hfs_30_mobility": (2, 4, 30), "hfs_30_stigma": (1, 3, 5, 6, 7)})
    given_ = completed(FORM, mixed, known)
    assert (given_["hfs_30_mobility"], given_["hfs_30_stigma"]) == (6, 4)
    # Four of five answered, 1 + 3 + 0 + 0: 4 / 4 × 5. With three there is no score.
    del mixed["hfs_30_7"]
    assert completed(FORM, mixed, known)["hfs_30_stigma"] == 5
    del mixed["hfs_30_6"]
    assert "hfs_30_stigma" not in completed(FORM, mixed, known)


def test_no_subscale_of_the_hfs_30_is_scored_until_the_site_has_named_its_items() -> None:
    given_ = scored(filled("hfs_30", 30, 4))
    assert given_["hfs_30_total"] == 120
    named = {item.name for item in FORM.items if item.formula and "hfs_30" in item.name}
    assert len(named) == 8
    assert {name for name in named if name in given_} == {"hfs_30_total"}


def test_hfs_7_with_gaps_by_hand() -> None:
    # 2 + 3 + 1 + 0 + 4 + 2 = 12 of six items: 12 / 6 × 7 = 14.
    six = {f"hfs_7_{n}": grade for n, grade in enumerate("231042", start=1)}
    assert scored(six)["hfs_7_total"] == 14
    five = {name: six[name] for name in list(six)[:5]}
    assert "hfs_7_total" not in scored(five)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=36, max_size=36))
def test_hfs_36_is_the_mean_of_what_is_answered_times_36(grades: list[int | None]) -> None:
    answers = {f"hfs_36_{n}": str(g) for n, g in enumerate(grades, start=1) if g is not None}
    known = [grade for grade in grades if grade is not None]
    score = scored(answers).get("hfs_36_total")
    if len(known) < 29:
        assert score is None
    else:
        assert score == pytest.approx(36 * sum(known) / len(known), abs=0.005)
        assert isinstance(score, int | float)
        assert 0 <= score <= 144
