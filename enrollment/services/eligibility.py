"""Judging the criteria, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from enrollment import vault
from enrollment.eligibility import Decision, Facts, Verdict, compute, decide
from enrollment.journey import State
from enrollment.models import FormEntry, Judgement, Participant, ScreenFailure
from enrollment.protocol.definition import Criterion
from enrollment.protocol.loader import current
from enrollment.services import way
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action


@dataclass(frozen=True)
class Row:
    """A criterion with its newest judgement, if it has one."""

    criterion: Criterion
    judgement: Judgement | None

    @property
    def verdict(self) -> Verdict:
        """The verdict that counts now."""
        return Verdict(self.judgement.verdict) if self.judgement else Verdict.UNKNOWN

    @property
    def passes(self) -> bool | None:
        """Whether it lets the person in; None while unknown."""
        if self.verdict is Verdict.UNKNOWN:
            return None
        return (self.verdict is Verdict.MET) != self.criterion.excludes


def criteria_of(participant: Participant) -> list[Row]:
    """Every criterion of the protocol with its newest judgement."""
    newest = {row.criterion: row for row in participant.judgements.select_related("by")}
    return [Row(criterion, newest.get(criterion.key)) for criterion in current().criteria]


def decision_on(participant: Participant) -> Decision:
    """What the judgements so far come to."""
    rows = criteria_of(participant)
    return decide(current().criteria, {row.criterion.key: row.verdict for row in rows})


@service(Action.JUDGE_CRITERIA)
def judge(
    *, by: User, participant: Participant, criterion: str, verdict: str, evidence: str
) -> Judgement:
    """An investigator's verdict on one criterion, with the evidence it rests on."""
    require(by, Action.JUDGE_CRITERIA, participant.site)
    row = _open_for_judging(participant)
    known = {item.key: item for item in current().criteria}
    if criterion not in known:
        raise NotThere(f"The protocol has no criterion {criterion}.")
    if not known[criterion].judged_by_person:
        raise Invalid(f"Criterion {criterion} is computed, not judged.", field="criterion")
    if verdict not in {choice.value for choice in Verdict}:
        raise Invalid("A criterion is met, not met or unknown.", field="verdict")
    if not evidence.strip():
        raise Invalid("Say what the verdict rests on.", field="evidence")
    about(row.number, f"{criterion} {verdict}")
    return Judgement.objects.create(
        participant=row, criterion=criterion, verdict=verdict, evidence=evidence.strip(), by=by
    )


@service(Action.JUDGE_CRITERIA)
def compute_criteria(*, by: User, participant: Participant) -> list[Judgement]:
    """Compute every computed criterion. One whose verdict and evidence stay adds nothing."""
    require(by, Action.JUDGE_CRITERIA, participant.site)
    row = _open_for_judging(participant)
    about(row.number, "Criteria computed")
    return _compute(row)


@service(Action.CONFIRM_ELIGIBILITY)
def confirm_eligibility(*, by: User, participant: Participant) -> Decision:
    """Compute what is computed, and decide: eligible, or refused with the criteria that stand
    in the way. A consented participant who is eligible moves on."""
    require(by, Action.CONFIRM_ELIGIBILITY, participant.site)
    row = way.hold(participant)
    if row.state != State.CONSENTED:
        raise OutOfOrder(f"{row.number} is {row.get_state_display().lower()}, not consented.")
    _compute(row)
    decision = decision_on(row)
    if not decision.eligible:
        raise OutOfOrder(_why_not(row.number, decision), code="not_eligible")
    way.step(row, State.ELIGIBLE)
    about(row.number, "Eligible")
    participant.refresh_from_db()
    return decision


@service(Action.CONFIRM_ELIGIBILITY)
def fail_screening(*, by: User, participant: Participant, reason: str = "") -> ScreenFailure:
    """End screening, with every criterion that failed or stayed unknown."""
    require(by, Action.CONFIRM_ELIGIBILITY, participant.site)
    row = way.hold(participant)
    if row.state in {State.SCREENED, State.CONSENTED, State.ELIGIBLE}:
        _compute(row)
    decision = decision_on(row)
    if not decision.failed and not reason.strip():
        raise Invalid("No criterion has failed, so a reason is required.", field="reason")
    way.step(row, State.SCREEN_FAILED)
    about(row.number, f"Screen failure: {', '.join(decision.failed) or reason[:200]}")
    failure = ScreenFailure.objects.create(
        participant=row,
        criteria={"failed": list(decision.failed), "unknown": list(decision.unknown)},
        reason=reason.strip(),
        on=timezone.localdate(),
        by=by,
    )
    participant.refresh_from_db()
    return failure


def _open_for_judging(participant: Participant) -> Participant:
    row = way.hold(participant)
    if row.state not in {State.SCREENED, State.CONSENTED}:
        raise OutOfOrder(
            f"{row.number} is {row.get_state_display().lower()}; the criteria are settled."
        )
    return row


def _compute(participant: Participant) -> list[Judgement]:
    protocol, facts = current(), _facts(participant)
    added = []
    for row in criteria_of(participant):
        if row.criterion.judged_by_person:
            continue
        judged = compute(row.criterion, facts, protocol.limits)
        old = row.judgement
        if old and (old.verdict, old.evidence) == (judged.verdict.value, judged.evidence):
            continue
        added.append(
            Judgement.objects.create(
                participant=participant,
                criterion=row.criterion.key,
                verdict=judged.verdict.value,
                evidence=judged.evidence,
                by=None,
            )
        )
    return added


def _facts(participant: Participant) -> Facts:
    entries = FormEntry.objects.filter(participant=participant, state="submitted")
    consent = participant.consents.order_by("signed_on").first()
    birth_on = vault.reveal(participant.number).birth_on
    return Facts(
        affected_side=participant.affected_side,
        onset=participant.onset,
        birth=birth_on.isoformat() if birth_on else str(participant.year_of_birth),
        screened_on=participant.screened_on,
        consented_on=consent.signed_on if consent else None,
        answers={entry.form: entry.answers for entry in entries},
    )


def _why_not(number: str, decision: Decision) -> str:
    parts = []
    if decision.failed:
        parts.append(f"failed: {', '.join(decision.failed)}")
    if decision.unknown:
        parts.append(f"unknown: {', '.join(decision.unknown)}")
    return f"{number} is not eligible ({'; '.join(parts)})."
