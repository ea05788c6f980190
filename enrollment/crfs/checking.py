"""Answers held to their definition: what is wrong, what is unlikely, and what follows from them.

`find` lists it all as data, so that a sentence can be said again later in any language:
`Finding.stored()` is what a query keeps, `sentence_of` what it says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from enrollment.crfs.definition import Check, Form, Item, ItemType, Severity
from enrollment.crfs.expression import Record, evaluate
from enrollment.crfs.sentences import sentence_for
from enrollment.partial_date import PartialDate

LONGEST_TEXT = 2000
BLANK: tuple[Any, ...] = (None, "", [])
# How the code of a finding begins that a check of the definition made.
CHECK = "check."


@dataclass(frozen=True)
class Finding:
    """What is wrong or unlikely about one answer. `code` is stable; `parameters` are what its
    sentence names."""

    item: str
    code: str
    severity: Severity = Severity.HARD
    parameters: Mapping[str, Any] = field(default_factory=dict)
    check: Check | None = None

    @property
    def key(self) -> str:
        """What tells it from the other findings of the form."""
        return f"{self.item}.{self.code}"

    @property
    def hard(self) -> bool:
        """Whether it refuses the answers."""
        return self.severity is Severity.HARD

    @property
    def sentence(self) -> str:
        """What is wrong, in the reader's language."""
        return self.check.sentence if self.check else sentence_for(self.code, self.parameters)

    def stored(self) -> dict[str, Any]:
        """It as JSON, without words."""
        return {
            "item": self.item,
            "code": self.code,
            "severity": self.severity.value,
            "parameters": dict(self.parameters),
        }


def sentence_of(form: Form, code: str, parameters: Mapping[str, Any]) -> str:
    """The sentence of a stored finding, in the reader's language; the code itself where that
    version of the form has no such check."""
    if not code.startswith(CHECK):
        return sentence_for(code, parameters)
    checks = {check.key: check for check in form.checks}
    found = checks.get(code.removeprefix(CHECK))
    return found.sentence if found else code


def without_blanks(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that are there. An empty text or list stands for none."""
    return {name: answer for name, answer in answers.items() if answer not in BLANK}


def completed(form: Form, answers: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """The answers with every computed item as its formula gives it; what was entered there does not
    count."""
    entered = {item.name for item in form.items if not item.computed}
    known = {item.name for item in form.items}
    done = {name: each for name, each in answers.items() if name in entered or name not in known}
    for item in form.items:
        if item.computed and item.asked(done):
            value = evaluate(item.formula, _sound(form, done), record)
            if value not in BLANK:
                done[item.name] = value
    return done


def find(
    form: Form, answers: Mapping[str, Any], record: Record | None = None, *, complete: bool
) -> list[Finding]:
    """Everything about a set of answers, hard and soft; `complete` asks for the required ones and
    for the checks that a draft is spared."""
    names = {item.name for item in form.items}
    found = [Finding(name, "unknown_item") for name in answers if name not in names]
    for item in form.items:
        found += _about(form, item, answers, record or Record(), complete)
    if complete:
        found += _by_checks(form, answers, record or Record())
    return found


def check(
    form: Form, answers: Mapping[str, Any], record: Record | None = None, *, complete: bool
) -> list[Finding]:
    """What refuses the answers."""
    return [finding for finding in find(form, answers, record, complete=complete) if finding.hard]


def _about(
    form: Form, item: Item, answers: Mapping[str, Any], record: Record, complete: bool
) -> list[Finding]:
    answer = answers.get(item.name)
    if answer in BLANK:
        lacking = complete and item.required and not item.computed and item.asked(answers)
        return [Finding(item.name, "required")] if lacking else []
    if not item.asked(answers):
        return [Finding(item.name, "not_asked")]
    if item.computed:
        same = answer == evaluate(item.formula, _sound(form, answers), record)
        return [] if same else [Finding(item.name, "computed")]
    wrong = _wrong(item, answer)
    if wrong:
        return [wrong]
    return [finding for finding in [_unlikely(item, answer)] if finding]


def _by_checks(form: Form, answers: Mapping[str, Any], record: Record) -> list[Finding]:
    sound = _sound(form, answers)
    return [
        Finding(rule.item, CHECK + rule.key, rule.severity, {}, rule)
        for rule in form.checks
        if evaluate(rule.when, sound, record) is True
    ]


def _sound(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that are of their item's kind: nothing is concluded from the others."""
    return {
        item.name: answers[item.name]
        for item in form.items
        if answers.get(item.name) not in BLANK
        and (item.computed or _wrong(item, answers[item.name]) is None)
    }


def _wrong(item: Item, answer: Any) -> Finding | None:
    """What is wrong with an answer by itself."""
    return _KINDS[item.type](item, answer)


def _code(item: Item, answer: Any) -> Finding | None:
    known = isinstance(answer, str) and answer in {code.value for code in item.codes}
    return None if known else Finding(item.name, "not_a_code")


def _codes(item: Item, answer: Any) -> Finding | None:
    known = {code.value for code in item.codes}
    listed = isinstance(answer, list) and all(isinstance(each, str) for each in answer)
    if not listed or not set(answer) <= known or len(set(answer)) != len(answer):
        return Finding(item.name, "not_codes")
    return None


def _whole(item: Item, answer: Any) -> Finding | None:
    if isinstance(answer, bool) or not isinstance(answer, int):
        return Finding(item.name, "not_whole")
    return _outside(item, answer)


def _decimal(item: Item, answer: Any) -> Finding | None:
    number = not isinstance(answer, bool) and isinstance(answer, int | float)
    if not number or not math.isfinite(answer):
        return Finding(item.name, "not_a_number")
    return _outside(item, answer)


def _outside(item: Item, answer: float) -> Finding | None:
    return _beyond(item.name, answer, item.minimum, item.maximum, Severity.HARD)


def _unlikely(item: Item, answer: Any) -> Finding | None:
    if item.type not in {ItemType.INTEGER, ItemType.DECIMAL}:
        return None
    return _beyond(item.name, answer, *item.likely, Severity.SOFT)


def _beyond(
    name: str, answer: float, low: float | None, high: float | None, severity: Severity
) -> Finding | None:
    if not ((low is not None and answer < low) or (high is not None and answer > high)):
        return None
    code = "too_high" if low is None else "too_low" if high is None else "outside"
    bounds = {"low": low, "high": high}
    known = {word: bound for word, bound in bounds.items() if bound is not None}
    return Finding(name, code if severity is Severity.HARD else f"unlikely_{code}", severity, known)


def _text(item: Item, answer: Any) -> Finding | None:
    if not isinstance(answer, str):
        return Finding(item.name, "not_text")
    return None if len(answer) <= LONGEST_TEXT else Finding(item.name, "too_long")


def _date(item: Item, answer: Any) -> Finding | None:
    return _day(item, answer, whole=True)


def _partial(item: Item, answer: Any) -> Finding | None:
    return _day(item, answer, whole=False)


def _day(item: Item, answer: Any, *, whole: bool) -> Finding | None:
    if not isinstance(answer, str):
        return Finding(item.name, "not_text")
    try:
        span = PartialDate.parse(answer)
    except ValueError:
        return Finding(item.name, "not_a_date")
    if whole and span.earliest != span.latest:
        return Finding(item.name, "day_missing")
    future = span.earliest > timezone.localdate() and not item.coming
    return Finding(item.name, "future") if future else None


def _moment(item: Item, answer: Any) -> Finding | None:
    if not isinstance(answer, str):
        return Finding(item.name, "not_text")
    try:
        moment = datetime.strptime(answer, "%Y-%m-%dT%H:%M")  # noqa: DTZ007  the site's own time
    except ValueError:
        return Finding(item.name, "not_a_moment")
    if len(answer) != len("YYYY-MM-DDTHH:MM"):
        return Finding(item.name, "not_a_moment")
    now = timezone.localtime().replace(tzinfo=None)
    return Finding(item.name, "future") if moment > now and not item.coming else None


def _tick(item: Item, answer: Any) -> Finding | None:
    return None if isinstance(answer, bool) else Finding(item.name, "not_a_tick")


_KINDS = {
    ItemType.CODE: _code,
    ItemType.CODES: _codes,
    ItemType.INTEGER: _whole,
    ItemType.DECIMAL: _decimal,
    ItemType.DATE: _date,
    ItemType.PARTIAL_DATE: _partial,
    ItemType.DATETIME: _moment,
    ItemType.TEXT: _text,
    ItemType.BOOLEAN: _tick,
}
