"""Who may take part: each criterion on its own, and what they come to together. Pure rules.

Evidence is a sentence in the language that is active."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment.crfs.registry import form_of
from enrollment.partial_date import PartialDate, whole_years
from enrollment.protocol.definition import Criterion, Limits


class Verdict(StrEnum):
    """Whether a criterion holds. Unknown is never taken for either."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Judged:
    """A verdict with the evidence it was judged on."""

    verdict: Verdict
    evidence: str


@dataclass(frozen=True)
class Facts:
    """What the computed criteria are computed from."""

    affected_side: str
    onset: str
    birth: str
    screened_on: date
    consented_on: date | None
    answers: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Decision:
    """All criteria together."""

    failed: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def eligible(self) -> bool:
        """Every inclusion met and no exclusion met; unknown is not eligible."""
        return not self.failed and not self.unknown


def judge_side(side: str) -> Judged:
    """I2: one side, never both."""
    if side == "left":
        return Judged(Verdict.MET, _("Affected side: left."))
    if side == "right":
        return Judged(Verdict.MET, _("Affected side: right."))
    if side == "both":
        return Judged(Verdict.NOT_MET, _("Both sides are affected."))
    return Judged(Verdict.UNKNOWN, _("The affected side is not recorded."))


def judge_duration(onset: str, screened_on: date, minimum_years: int) -> Judged:
    """I6: completed years from onset to screening; a partial date that could fall either side
    of the limit is unknown."""
    if not onset:
        return Judged(Verdict.UNKNOWN, _("The onset date is not recorded."))
    span = PartialDate.parse(onset)
    at_least = whole_years(span.latest, screened_on)
    at_most = whole_years(span.earliest, screened_on)
    lasted = _years(max(at_least, 0), at_most)
    said = {"onset": onset, "screened": screened_on.isoformat(), "years": lasted}
    evidence = _("Onset %(onset)s, screened %(screened)s: %(years)s.") % said
    if at_least >= minimum_years:
        return Judged(Verdict.MET, evidence)
    if at_most < minimum_years:
        return Judged(Verdict.NOT_MET, evidence)
    return Judged(Verdict.UNKNOWN, evidence)


def judge_age(birth: str, consented_on: date | None, limits: Limits) -> Judged:
    """I7: completed years of age on the day of consent, both ends included. The evidence gives
    the age alone, so that no birth date reaches the study's tables."""
    if not birth:
        return Judged(Verdict.UNKNOWN, _("No birth date is recorded."))
    if consented_on is None:
        return Judged(Verdict.UNKNOWN, _("No consent is recorded."))
    span = PartialDate.parse(birth)
    youngest = whole_years(span.latest, consented_on)
    oldest = whole_years(span.earliest, consented_on)
    low, high = limits.minimum_age_years, limits.maximum_age_years
    evidence = _("%(age)s years of age at consent.") % {"age": _span(youngest, oldest)}
    if low <= youngest and oldest <= high:
        return Judged(Verdict.MET, evidence)
    if oldest < low or youngest > high:
        return Judged(Verdict.NOT_MET, evidence)
    return Judged(Verdict.UNKNOWN, evidence)


def judge_answer(form: str, item: str, answers: Mapping[str, Mapping[str, object]]) -> Judged:
    """A criterion that is the answer to one yes/no item of a form."""
    answer = answers.get(form, {}).get(item)
    definition = form_of(form)
    asked = {"form": definition.title, "question": definition.item(item).question}
    if answer == "yes":
        return Judged(Verdict.MET, _("Form “%(form)s”, “%(question)s”: yes.") % asked)
    if answer == "no":
        return Judged(Verdict.NOT_MET, _("Form “%(form)s”, “%(question)s”: no.") % asked)
    return Judged(Verdict.UNKNOWN, _("Form “%(form)s”, “%(question)s”: not answered.") % asked)


def compute(criterion: Criterion, facts: Facts, limits: Limits) -> Judged:
    """The verdict on a computed criterion. ValueError for one that a person judges."""
    if criterion.source == "affected_side":
        return judge_side(facts.affected_side)
    if criterion.source == "duration":
        return judge_duration(facts.onset, facts.screened_on, limits.minimum_duration_years)
    if criterion.source == "age":
        return judge_age(facts.birth, facts.consented_on, limits)
    form, dot, item = criterion.source.partition(".")
    if not dot:
        raise ValueError(f"criterion {criterion.key} is judged by a person")
    return judge_answer(form, item, facts.answers)


def decide(criteria: Iterable[Criterion], judged: Mapping[str, Verdict]) -> Decision:
    """All criteria together; one without a verdict counts as unknown."""
    failed, unknown = [], []
    for criterion in criteria:
        verdict = judged.get(criterion.key, Verdict.UNKNOWN)
        against = Verdict.MET if criterion.excludes else Verdict.NOT_MET
        if verdict is Verdict.UNKNOWN:
            unknown.append(criterion.key)
        elif verdict is against:
            failed.append(criterion.key)
    return Decision(tuple(failed), tuple(unknown))


def _span(low: int, high: int) -> str:
    return str(low) if low == high else _("%(low)d to %(high)d") % {"low": low, "high": high}


def _years(low: int, high: int) -> str:
    if low == high:
        return ngettext("%(count)d year", "%(count)d years", low) % {"count": low}
    return _("%(span)s years") % {"span": _span(low, high)}
