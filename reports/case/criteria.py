"""The criteria with their verdicts and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from enrollment.eligibility import Verdict
from enrollment.models import Participant
from enrollment.protocol.definition import Criterion
from enrollment.protocol.loader import current
from enrollment.services.eligibility import criteria_of


@dataclass(frozen=True)
class Judged:
    """One criterion with its newest verdict. No person means that it was computed."""

    criterion: str
    verdict: str
    evidence: str
    evidence_zh: str
    by: str
    at: datetime | None

    @property
    def plan(self) -> Criterion:
        """The criterion as the protocol has it."""
        return current().criterion(self.criterion)

    @property
    def evidence_label(self) -> str:
        """The evidence, in the reader's language where it is there in both."""
        chinese = (get_language() or "").startswith("zh")
        return self.evidence_zh if chinese and self.evidence_zh else self.evidence

    @property
    def passes(self) -> bool | None:
        """Whether it lets the person in; None while unknown."""
        if self.verdict == Verdict.UNKNOWN:
            return None
        return (self.verdict == Verdict.MET) != self.plan.excludes


def judged(participant: Participant) -> tuple[Judged, ...]:
    """Every criterion of the protocol with its newest verdict."""
    return tuple(
        Judged(
            criterion=row.criterion.key,
            verdict=row.verdict.value,
            evidence=row.judgement.evidence if row.judgement else "",
            evidence_zh=row.judgement.evidence_zh if row.judgement else "",
            by=str(row.judgement.by) if row.judgement and row.judgement.by else "",
            at=row.judgement.at if row.judgement else None,
        )
        for row in criteria_of(participant)
    )
