"""Judging criteria, deciding, and screen failures."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from enrollment.eligibility import Verdict
from enrollment.journey import State
from enrollment.models import Judgement, Participant
from enrollment.services.eligibility import (
    CriterionRefused,
    confirm_eligibility,
    criteria_of,
    decision_on,
    fail_screening,
    judge,
    judge_all,
    recompute,
)
from enrollment.services.forms import save_form
from studysite.core.acts import acting
from studysite.core.errors import Conflict, Invalid, NotThere, OutOfOrder
from studysite.core.models import Act, Outcome, User
from tests.conftest import SAFE, Enter


def verdict_of(row: Participant, key: str) -> Verdict:
    return {item.criterion.key: item.verdict for item in criteria_of(row)}[key]


def newest(row: Participant) -> int:
    return max(judgement.pk for judgement in Judgement.objects.filter(participant=row))


def test_computed_criteria_follow_consent_and_forms_by_themselves(
    enter: Enter, coordinator: User
) -> None:
    row = enter()
    assert verdict_of(row, "I2") is Verdict.MET
    assert verdict_of(row, "I7") is Verdict.UNKNOWN
    row = enter(State.CONSENTED)
    assert verdict_of(row, "I7") is Verdict.MET
    assert verdict_of(row, "E4") is Verdict.UNKNOWN
    save_form(
        by=coordinator, participant=row, form="mri_safety", visit="screening",
        answers=SAFE | {"pacemaker": "yes"}, seen_revision=0, submit=True,
    )  # fmt: skip
    assert verdict_of(row, "E4") is Verdict.MET
    assert decision_on(row).failed == ("E4",)


def test_a_draft_answers_no_criterion(enter: Enter, coordinator: User) -> None:
    row = enter(State.CONSENTED)
    save_form(
        by=coordinator, participant=row, form="mri_safety", visit="screening",
        answers={"pacemaker": "no"}, seen_revision=0, submit=False,
    )  # fmt: skip
    assert verdict_of(row, "E4") is Verdict.UNKNOWN


def test_computed_evidence_is_kept_in_both_languages_whatever_the_reader_speaks(
    enter: Enter,
) -> None:
    with override("zh-hans"):
        row = enter(State.CONSENTED)
    kept = row.judgements.filter(criterion="I7").last()
    assert kept.evidence.endswith("years of age at consent.")
    assert "岁" in kept.evidence_zh
    with override("zh-hans"):
        assert kept.evidence_shown == kept.evidence_zh


def test_computing_again_adds_nothing(enter: Enter, investigator: User) -> None:
    row = enter(State.CONSENTED)
    before = newest(row)
    for language in ("en", "zh-hans"):
        with override(language), acting(investigator, "test_again"):
            recompute(row)
    assert newest(row) == before


def test_the_newest_verdict_counts_and_the_older_stays(enter: Enter, investigator: User) -> None:
    row = enter(State.CONSENTED)
    for verdict in ("met", "not_met"):
        judge(by=investigator, participant=row, criterion="I1", verdict=verdict, evidence="Seen.")
    assert verdict_of(row, "I1") is Verdict.NOT_MET
    assert row.judgements.filter(criterion="I1").count() == 2


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"criterion": "I9"}, NotThere, None),
        ({"criterion": "I6"}, Invalid, "criterion"),
        ({"verdict": "perhaps"}, Invalid, "verdict"),
        ({"evidence": " "}, Invalid, "evidence"),
    ],
)
def test_a_verdict_needs_a_judged_criterion_and_evidence(
    enter: Enter,
    investigator: User,
    change: dict[str, str],
    error: type[Exception],
    field: str | None,
) -> None:
    said = {"criterion": "I1", "verdict": "met", "evidence": "Letter."} | change
    with pytest.raises(error) as refusal:
        judge(by=investigator, participant=enter(State.CONSENTED), **said)
    assert getattr(refusal.value, "field", None) == field


def test_several_verdicts_are_kept_together_and_unchanged_ones_add_nothing(
    enter: Enter, investigator: User
) -> None:
    row = enter(State.CONSENTED)
    verdicts = {"I1": ("met", "Letter."), "I3": ("met", "Seen."), "I4": ("", "")}
    kept = judge_all(by=investigator, participant=row, verdicts=verdicts, seen=newest(row))
    assert [judgement.criterion for judgement in kept] == ["I1", "I3"]
    verdicts["I3"] = ("unknown", "Not seen today.")
    kept = judge_all(by=investigator, participant=row, verdicts=verdicts, seen=newest(row))
    assert [judgement.criterion for judgement in kept] == ["I3"]


def test_of_several_verdicts_all_are_kept_or_none(enter: Enter, investigator: User) -> None:
    row = enter(State.CONSENTED)
    verdicts = {"I1": ("met", "Letter."), "I3": ("met", "")}
    with pytest.raises(CriterionRefused) as refusal:
        judge_all(by=investigator, participant=row, verdicts=verdicts, seen=newest(row))
    assert (refusal.value.criterion, refusal.value.field) == ("I3", "evidence")
    assert verdict_of(row, "I1") is Verdict.UNKNOWN
    tried = Act.objects.get(outcome=Outcome.REFUSED)
    assert (tried.by, tried.action, tried.subject) == (investigator, "judge_criteria", row.number)


def test_a_verdict_of_somebody_else_is_not_overwritten_unseen(
    enter: Enter, investigator: User
) -> None:
    row = enter(State.CONSENTED)
    seen = newest(row)
    judge(by=investigator, participant=row, criterion="I1", verdict="met", evidence="Letter.")
    with pytest.raises(Conflict):
        judge_all(by=investigator, participant=row, verdicts={"I1": ("not_met", "Tic.")}, seen=seen)
    assert verdict_of(row, "I1") is Verdict.MET


def test_unknown_is_not_eligible(enter: Enter, investigator: User) -> None:
    row = enter(State.CONSENTED)
    with pytest.raises(OutOfOrder, match="unknown: I1, I3") as refusal:
        confirm_eligibility(by=investigator, participant=row)
    assert refusal.value.code == "not_eligible"
    row.refresh_from_db()
    assert row.state == State.CONSENTED


def test_an_eligible_participant_moves_on_and_the_criteria_are_settled(
    enter: Enter, investigator: User
) -> None:
    row = enter(State.ELIGIBLE)
    assert row.state == State.ELIGIBLE
    with pytest.raises(OutOfOrder, match="settled"):
        judge(by=investigator, participant=row, criterion="I1", verdict="met", evidence="x")


@pytest.mark.parametrize("state", [State.SCREENED, State.ELIGIBLE, State.ENROLLED])
def test_eligibility_is_confirmed_after_consent_alone(
    enter: Enter, investigator: User, state: State
) -> None:
    with pytest.raises(OutOfOrder):
        confirm_eligibility(by=investigator, participant=enter(state))


def test_a_screen_failure_keeps_the_criteria_that_failed(enter: Enter) -> None:
    row = enter(State.SCREEN_FAILED)
    assert row.screen_failure.criteria["failed"] == ["I1"]
    assert "I3" in row.screen_failure.criteria["unknown"]


def test_a_screen_failure_without_a_failed_criterion_needs_a_reason(
    enter: Enter, investigator: User
) -> None:
    row = enter(State.CONSENTED)
    with pytest.raises(Invalid) as refusal:
        fail_screening(by=investigator, participant=row)
    assert refusal.value.field == "reason"
    failure = fail_screening(by=investigator, participant=row, reason="Moves abroad.")
    assert failure.reason == "Moves abroad."
    assert row.state == State.SCREEN_FAILED


def test_an_enrolled_participant_does_not_fail_screening(enter: Enter, investigator: User) -> None:
    with pytest.raises(OutOfOrder):
        fail_screening(by=investigator, participant=enter(State.ENROLLED), reason="Late.")
