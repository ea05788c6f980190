"""Judging the criteria, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from enrollment import vault
from enrollment.eligibility import Decision, Facts, Verdict, compute, decide
from enrollment.journey import State
from enrollment.models import FormEntry, Judgement, Participant, ScreenFailure
from enrollment.protocol.definition import Criterion
from enrollment.protocol.loader import current
from enrollment.services import way
from studysite.core.access import require
from studysite.core.acts import about, service, together
from studysite.core.errors import Conflict, Invalid, NotThere, OutOfOrder
from studysite.core.models import User
from studysite.core.roles import Action
from studysite.core.said import said


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
    newest = {row.criterion: row for row in participant.judgements.all()}
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
        raise NotThere(_("The protocol has no criterion %(key)s.") % {"key": criterion})
    if not known[criterion].judged_by_person:
        sentence = _("Criterion %(key)s is computed, not judged.")
        raise Invalid(sentence % {"key": criterion}, field="criterion")
    if verdict not in {choice.value for choice in Verdict}:
        raise Invalid(_("A criterion is met, not met or unknown."), field="verdict")
    if not evidence.strip():
        raise Invalid(_("Say what the verdict rests on."), field="evidence")
    judged = said("%(criterion)s: %(verdict)s", criterion=criterion, verdict=_VERDICTS[verdict])
    about(row.number, judged)
    return Judgement.objects.create(
        participant=row, criterion=criterion, verdict=verdict, evidence=evidence.strip(), by=by
    )


_VERDICTS = {"met": said("Met"), "not_met": said("Not met"), "unknown": said("Unknown")}


class CriterionRefused(Invalid):
    """A verdict among several that cannot be kept, with the criterion it is about."""

    def __init__(self, criterion: str, refusal: Invalid) -> None:
        super().__init__(refusal.sentence, code=refusal.code, field=refusal.field)
        self.criterion = criterion


def judge_all(
    *, by: User, participant: Participant, verdicts: Mapping[str, tuple[str, str]], seen: int
) -> list[Judgement]:
    """Keep every verdict (criterion -> verdict, evidence) that differs from what counts now, all or
    none. `seen` is the newest judgement the person looked at: a later one by a person is never
    overwritten unseen."""
    with together(by, Action.JUDGE_CRITERIA, among=[participant]):
        return _judge_all(by, participant, verdicts, seen)


def _judge_all(
    by: User, participant: Participant, verdicts: Mapping[str, tuple[str, str]], seen: int
) -> list[Judgement]:
    row = _open_for_judging(participant)
    if row.judgements.filter(pk__gt=seen, by__isnull=False).exists():
        raise Conflict(
            _("A criterion was judged meanwhile; compare, and save again."),
            code="changed_meanwhile",
        )
    kept = []
    for criterion in criteria_of(row):
        key, old = criterion.criterion.key, criterion.judgement
        verdict, evidence = verdicts.get(key, ("", ""))
        if (verdict, evidence.strip()) in {("", ""), (old and old.verdict, old and old.evidence)}:
            continue
        try:
            kept.append(
                judge(by=by, participant=row, criterion=key, verdict=verdict, evidence=evidence)
            )
        except Invalid as refusal:
            raise CriterionRefused(key, refusal) from refusal
    return kept


@service(Action.CONFIRM_ELIGIBILITY)
def confirm_eligibility(*, by: User, participant: Participant) -> Decision:
    """Compute what is computed, and decide: eligible, or refused with the criteria that stand
    in the way. A consented participant who is eligible moves on."""
    require(by, Action.CONFIRM_ELIGIBILITY, participant.site)
    row = way.hold(participant)
    if row.state != State.CONSENTED:
        raise OutOfOrder(_("Eligibility is confirmed for a participant who has consented."))
    _compute(row)
    decision = decision_on(row)
    if not decision.eligible:
        raise OutOfOrder(_why_not(row.number, decision), code="not_eligible")
    way.step(row, State.ELIGIBLE)
    about(row.number, said("Eligible"))
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
        raise Invalid(_("No criterion has failed, so a reason is required."), field="reason")
    way.step(row, State.SCREEN_FAILED)
    why = ", ".join(decision.failed) or reason.strip()[:200]
    about(row.number, said("Screen failure: %(why)s", why=why))
    failure = ScreenFailure.objects.create(
        participant=row,
        criteria={"failed": list(decision.failed), "unknown": list(decision.unknown)},
        reason=reason.strip(),
        on=timezone.localdate(),
        by=by,
    )
    participant.refresh_from_db()
    return failure


def recompute(row: Participant) -> None:
    """Keep the computed criteria up to date within another act, while they still decide."""
    if row.state in {State.SCREENED, State.CONSENTED}:
        _compute(row)


def _open_for_judging(participant: Participant) -> Participant:
    row = way.hold(participant)
    if row.state not in {State.SCREENED, State.CONSENTED}:
        raise OutOfOrder(_("The criteria of %(number)s are settled.") % {"number": row.number})
    return row


def _compute(participant: Participant) -> list[Judgement]:
    protocol, facts = current(), _facts(participant)
    added = []
    for row in criteria_of(participant):
        if row.criterion.judged_by_person:
            continue
        with override("en"):
            judged = compute(row.criterion, facts, protocol.limits)
        with override("zh-hans"):
            in_chinese = compute(row.criterion, facts, protocol.limits).evidence
        old = row.judgement
        if old and (old.verdict, old.evidence) == (judged.verdict.value, judged.evidence):
            continue
        added.append(
            Judgement.objects.create(
                participant=participant,
                criterion=row.criterion.key,
                verdict=judged.verdict.value,
                evidence=judged.evidence,
                evidence_zh=in_chinese,
                by=None,
            )
        )
    return added


def _facts(participant: Participant) -> Facts:
    entries = FormEntry.objects.filter(participant=participant, state="submitted")
    consent = participant.consents.order_by("signed_on").first()
    return Facts(
        affected_side=participant.affected_side,
        onset=participant.onset,
        birth=_birth(participant),
        screened_on=participant.screened_on,
        consented_on=consent.signed_on if consent else None,
        answers={entry.form: entry.answers for entry in entries},
    )


def _birth(participant: Participant) -> str:
    """The birth date from the vault, or the year alone when no identity is there (any more)."""
    try:
        birth_on = vault.reveal(participant.number).birth_on
    except NotThere:
        birth_on = None
    return birth_on.isoformat() if birth_on else str(participant.year_of_birth)


def _why_not(number: str, decision: Decision) -> str:
    parts = []
    if decision.failed:
        parts.append(_("failed: %(keys)s") % {"keys": ", ".join(decision.failed)})
    if decision.unknown:
        parts.append(_("unknown: %(keys)s") % {"keys": ", ".join(decision.unknown)})
    sentence = _("%(number)s is not eligible (%(why)s).")
    return sentence % {"number": number, "why": "; ".join(parts)}
