"""Conditions and formulas of forms, as data: nested tuples `(operator, operand, …)`.

A text or a number stands for itself, `("item", "weight_kg")` for an answer of the same form,
`("other", "surgical_finding", "surgery", "operated_on")` for one of another form (visit "" is the
visit at hand) and `("fact", "sex")` for what screening and enrolment recorded, or what the protocol
chose. `("picked", 0.8, "hfs_30_", "hfs_30_mobility")` is the sum of the items whose numbers a fact
lists, where at least that share of them is answered. Whatever is not
known is None, and what rests on it is not known either: a check fires only where it is certain.
Nothing here is ever executed as code, so a definition may come from a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from enrollment.partial_date import PartialDate

Expression = Any
Answers = Mapping[str, Any]
DEEPEST = 12


class ExpressionError(ValueError):
    """An expression that no definition may have."""


@dataclass(frozen=True)
class Record:
    """What is known of a participant beside the form at hand: facts by name, answers of the other
    forms by form and visit, the visit at hand, and today."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[tuple[str, str], Answers] = field(default_factory=dict)
    visit: str = ""
    today: str = ""


def evaluate(expression: Expression, answers: Answers, record: Record) -> Any:
    """The value of an expression; None where something that it needs is not known."""
    if not isinstance(expression, tuple):
        return expression
    operator, *operands = expression
    if operator in _LEAVES:
        return _LEAVES[operator](operands, answers, record)
    if operator in _LAZY:
        return _LAZY[operator](operands, lambda operand: evaluate(operand, answers, record))
    values = [evaluate(operand, answers, record) for operand in operands]
    return _STRICT[operator](values)


def items_in(expression: Expression) -> set[str]:
    """The items of the same form that an expression rests on."""
    return {names[0] for operator, names in _parts(expression) if operator == "item"}


def others_in(expression: Expression) -> set[tuple[str, ...]]:
    """The (form, visit, item) of other forms that it rests on."""
    return {tuple(names) for operator, names in _parts(expression) if operator == "other"}


def require_known(expression: Expression, depth: int = 0) -> None:
    """Raises ExpressionError where an expression is not one of ours."""
    if depth > DEEPEST:
        raise ExpressionError("This expression is nested too deeply.")
    if not isinstance(expression, tuple):
        if expression is not None and not isinstance(expression, str | int | float | bool):
            raise ExpressionError(f"{expression!r} is no text and no number.")
        return
    if not expression or expression[0] not in {*_LEAVES, *_LAZY, *_STRICT}:
        raise ExpressionError(f"There is no operator {expression[:1]!r}.")
    operator, operands = expression[0], expression[1:]
    low, high = _OPERANDS.get(operator, (1, 200))
    if not low <= len(operands) <= high:
        raise ExpressionError(f"“{operator}” does not take {len(operands)} operands.")
    for operand in operands:
        require_known(operand, depth + 1)


def as_expression(value: Any) -> Expression:
    """An expression out of JSON, where tuples have become lists."""
    return tuple(map(as_expression, value)) if isinstance(value, list | tuple) else value


def _parts(expression: Expression) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(expression, tuple) and expression:
        operator, *operands = expression
        yield operator, operands
        for operand in operands:
            yield from _parts(operand)


def _blank(value: Any) -> bool:
    return value is None or value == "" or value == []


def _other(operands: Sequence[Any], answers: Answers, record: Record) -> Any:
    form, visit, item = operands
    return record.others.get((form, visit or record.visit), {}).get(item)


def _picked(operands: Sequence[Any], answers: Answers, record: Record) -> Any:
    """The sum of the items that the protocol picks; not known where it picks none."""
    share, prefix, fact = operands
    numbers = record.facts.get(fact) or ()
    parts = [answers.get(f"{prefix}{number}") for number in numbers]
    return _scaled_sum([-int(-len(parts) * share // 1), *parts])


_LEAVES: dict[str, Callable[[Sequence[Any], Answers, Record], Any]] = {
    "item": lambda names, answers, record: answers.get(names[0]),
    "other": _other,
    "fact": lambda names, answers, record: record.facts.get(names[0]),
    "today": lambda names, answers, record: record.today or None,
    "picked": _picked,
}


def _and(operands: Sequence[Any], value: Callable[[Any], Any]) -> bool | None:
    found = [value(operand) for operand in operands]
    if any(each is False for each in found):
        return False
    return None if any(each is None for each in found) else True


def _or(operands: Sequence[Any], value: Callable[[Any], Any]) -> bool | None:
    found = [value(operand) for operand in operands]
    if any(each is True for each in found):
        return True
    return None if any(each is None for each in found) else False


def _if(operands: Sequence[Any], value: Callable[[Any], Any]) -> Any:
    condition = value(operands[0])
    if condition is None:
        return None
    return value(operands[1] if condition else operands[2])


_LAZY: dict[str, Callable[[Sequence[Any], Callable[[Any], Any]], Any]] = {
    "and": _and,
    "or": _or,
    "if": _if,
    "given": lambda operands, value: not _blank(value(operands[0])),
}


def _known(rule: Callable[..., Any]) -> Callable[[Sequence[Any]], Any]:
    """The rule, once every operand is known."""
    return lambda values: None if any(map(_blank, values)) else rule(*values)


def _numbers(rule: Callable[..., Any]) -> Callable[[Sequence[Any]], Any]:
    """The rule on numbers; the grade "3" counts as 3, what is no number as not known."""

    def on_numbers(values: Sequence[Any]) -> Any:
        numbers = [_number(value) for value in values]
        return None if any(number is None for number in numbers) else rule(*numbers)

    return on_numbers


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool) or _blank(value):
        return None
    if isinstance(value, int | float):
        return value
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _span(value: Any) -> PartialDate | None:
    try:
        return PartialDate.parse(str(value)[:10])
    except ValueError:
        return None


def _spans(rule: Callable[[PartialDate, PartialDate], Any]) -> Callable[[Sequence[Any]], Any]:
    def on_spans(values: Sequence[Any]) -> Any:
        first, second = (None if _blank(value) else _span(value) for value in values)
        return None if first is None or second is None else rule(first, second)

    return on_spans


def _before(first: PartialDate, second: PartialDate) -> bool | None:
    """Certain for both ends of two partial dates, or not known."""
    if first.latest < second.earliest:
        return True
    return False if first.earliest >= second.latest else None


def _days(first: PartialDate, second: PartialDate) -> int | None:
    whole = first.earliest == first.latest and second.earliest == second.latest
    return (second.earliest - first.earliest).days if whole else None


def _year(value: Any) -> int | None:
    span = _span(value)
    return span.earliest.year if span else None


def _scaled_sum(values: Sequence[Any]) -> float | None:
    """The sum of a scale's items, first the least number that must be answered: below that the
    score is not known, above it the missing ones count as the mean of the others."""
    least, *parts = values
    answered = [number for number in map(_number, parts) if number is not None]
    if not answered or len(answered) < least:
        return None
    total = sum(answered)
    return total if len(answered) == len(parts) else round(total * len(parts) / len(answered), 2)


_STRICT: dict[str, Callable[[Sequence[Any]], Any]] = {
    "eq": _known(lambda first, second: first == second),
    "ne": _known(lambda first, second: first != second),
    "in": _known(lambda value, *known: value in known),
    "has": _known(lambda values, value: value in values),
    "not": _known(lambda value: not value),
    "lt": _numbers(lambda first, second: first < second),
    "le": _numbers(lambda first, second: first <= second),
    "gt": _numbers(lambda first, second: first > second),
    "ge": _numbers(lambda first, second: first >= second),
    "add": _numbers(lambda *values: sum(values)),
    "sub": _numbers(lambda first, second: first - second),
    "mul": _numbers(lambda first, second: first * second),
    "div": _numbers(lambda first, second: first / second if second else None),
    "before": _spans(_before),
    "days": _spans(_days),
    "year": _known(_year),
    "sum": _scaled_sum,
    "size": _known(lambda values: len(values) if isinstance(values, list) else None),
    "count": lambda values: sum(not _blank(value) for value in values),
}

_PAIR = (2, 2)
_OPERANDS: dict[str, tuple[int, int]] = {
    "item": (1, 1),
    "other": (3, 3),
    "fact": (1, 1),
    "today": (0, 0),
    "picked": (3, 3),
    "if": (3, 3),
    "given": (1, 1),
    "not": (1, 1),
    "year": (1, 1),
    "size": (1, 1),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "has", "sub", "mul", "div"), _PAIR),
    **dict.fromkeys(("before", "days"), _PAIR),
    **dict.fromkeys(("in", "sum"), (2, 200)),
}
