"""Each criterion at its limits, and all of them together."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from enrollment.eligibility import (
    Facts,
    Verdict,
    compute,
    decide,
    judge_age,
    judge_answer,
    judge_duration,
    judge_side,
)
from enrollment.protocol.definition import Limits
from enrollment.protocol.loader import load

PROTOCOL = load("nct04645277")
LIMITS = Limits(20, 60, 1)
SCREENED = date(2024, 6, 15)
MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("side", "verdict"),
    [("left", MET), ("right", MET), ("both", NOT_MET), ("unknown", UNKNOWN), ("", UNKNOWN)],
)
def test_the_spasm_is_on_one_side(side: str, verdict: Verdict) -> None:
    assert judge_side(side).verdict is verdict


@pytest.mark.parametrize(
    ("onset", "verdict"),
    [
        ("2023-06-15", MET),
        ("2023-06-16", NOT_MET),
        ("2023-06", UNKNOWN),
        ("2023-05", MET),
        ("2023-07", NOT_MET),
        ("2023", UNKNOWN),
        ("2022", MET),
        ("2024", NOT_MET),
        ("", UNKNOWN),
    ],
)
def test_a_date_that_could_fall_either_side_of_a_year_is_unknown(
    onset: str, verdict: Verdict
) -> None:
    assert judge_duration(onset, SCREENED, 1).verdict is verdict


@pytest.mark.parametrize(
    ("birth", "verdict"),
    [
        ("2004-06-15", MET),
        ("2004-06-16", NOT_MET),
        ("1963-06-16", MET),
        ("1963-06-15", NOT_MET),
        ("2004", UNKNOWN),
        ("1963", UNKNOWN),
        ("1980", MET),
        ("", UNKNOWN),
    ],
)
def test_twenty_and_sixty_years_are_both_let_in(birth: str, verdict: Verdict) -> None:
    assert judge_age(birth, SCREENED, LIMITS).verdict is verdict


def test_age_without_consent_is_unknown_and_no_birth_date_is_in_the_evidence() -> None:
    assert judge_age("1980-05-17", None, LIMITS).verdict is UNKNOWN
    assert "1980" not in judge_age("1980-05-17", SCREENED, LIMITS).evidence


@pytest.mark.parametrize(
    ("answer", "verdict"), [("yes", MET), ("no", NOT_MET), (None, UNKNOWN), ("maybe", UNKNOWN)]
)
def test_a_form_answers_a_criterion(answer: str | None, verdict: Verdict) -> None:
    answers = {"mri_safety": {"pacemaker": answer}}
    judged = judge_answer("mri_safety", "pacemaker", answers)
    assert judged.verdict is verdict
    assert "Cardiac pacemaker" in judged.evidence


def test_every_criterion_is_either_computed_or_judged_by_a_person() -> None:
    facts = Facts("left", "2019", "1980-05-17", SCREENED, SCREENED, {})
    for criterion in PROTOCOL.criteria:
        if criterion.judged_by_person:
            with pytest.raises(ValueError, match=criterion.key):
                compute(criterion, facts, LIMITS)
        else:
            assert compute(criterion, facts, LIMITS).evidence


def test_evidence_is_said_in_the_active_language() -> None:
    with override("zh-hans"):
        assert judge_side("left").evidence == "患侧：左侧。"
    with override("en"):
        assert judge_duration("2023-06-15", SCREENED, 1).evidence.endswith(": 1 year.")
        assert judge_duration("2023-06", SCREENED, 1).evidence.endswith(": 0 to 1 years.")


def passing() -> dict[str, Verdict]:
    return {item.key: NOT_MET if item.excludes else MET for item in PROTOCOL.criteria}


def test_every_inclusion_met_and_no_exclusion_met_is_eligible() -> None:
    assert decide(PROTOCOL.criteria, passing()).eligible


@pytest.mark.parametrize("key", [item.key for item in PROTOCOL.criteria])
def test_one_criterion_against_or_unknown_keeps_out(key: str) -> None:
    against = MET if PROTOCOL.criterion(key).excludes else NOT_MET
    failed = decide(PROTOCOL.criteria, passing() | {key: against})
    unknown = decide(PROTOCOL.criteria, passing() | {key: UNKNOWN})
    missing = {other: verdict for other, verdict in passing().items() if other != key}
    assert (failed.failed, failed.eligible) == ((key,), False)
    assert (unknown.unknown, unknown.eligible) == ((key,), False)
    assert decide(PROTOCOL.criteria, missing) == unknown
