"""Conditions and formulas: each operator has a truth, and what is not known stays unknown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.crfs.expression import (
    ExpressionError,
    Record,
    as_expression,
    evaluate,
    items_in,
    require_known,
)

RECORD = Record(
    facts={"sex": "female", "onset": "2019-03"},
    others={("surgical_finding", "surgery"): {"operated_on": "2024-02-01"}},
    visit="surgery",
    today="2024-06-30",
)
ANSWERS = {"a": 3, "b": 4.5, "grade": "2", "codes": ["x", "y"], "day": "2024-01-10", "year": "2024"}
A, B, GONE = ("item", "a"), ("item", "b"), ("item", "gone")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (("eq", A, 3), True),
        (("ne", A, 3), False),
        (("lt", A, B), True),
        (("ge", A, B), False),
        (("gt", ("item", "grade"), 1), True),
        (("in", A, 1, 2, 3), True),
        (("has", ("item", "codes"), "y"), True),
        (("has", ("item", "codes"), "z"), False),
        (("size", ("item", "codes")), 2),
        (("given", GONE), False),
        (("not", ("given", GONE)), True),
        (("count", A, GONE, B), 2),
        (("add", A, B), 7.5),
        (("sub", B, A), 1.5),
        (("mul", A, 2), 6),
        (("div", A, 0), None),
        (("eq", GONE, 3), None),
        (("not", GONE), None),
        (("and", ("eq", GONE, 3), ("eq", A, 4)), False),
        (("and", ("eq", GONE, 3), ("eq", A, 3)), None),
        (("or", ("eq", GONE, 3), ("eq", A, 3)), True),
        (("or", ("eq", GONE, 3), ("eq", A, 4)), None),
        (("if", ("eq", A, 3), "yes", "no"), "yes"),
        (("if", ("eq", GONE, 3), "yes", "no"), None),
        (("fact", "sex"), "female"),
        (("other", "surgical_finding", "", "operated_on"), "2024-02-01"),
        (("other", "surgical_finding", "baseline", "operated_on"), None),
        (("year", ("today",)), 2024),
        (("days", ("item", "day"), ("today",)), 172),
        (("days", ("item", "year"), ("today",)), None),
        # Partial dates: only what holds for every day that they could be.
        (("before", ("fact", "onset"), ("item", "day")), True),
        (("before", ("item", "day"), ("fact", "onset")), False),
        (("before", ("item", "year"), ("today",)), None),
        (("before", ("item", "day"), ("item", "day")), False),
        (("before", "spring", ("item", "day")), None),
    ],
)
def test_an_expression_has_its_value(expression: Any, value: Any) -> None:
    require_known(expression)
    assert evaluate(expression, ANSWERS, RECORD) == value


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ({"i1": "4", "i2": "3", "i3": "0", "i4": "1", "i5": "2"}, 10),
        ({"i1": "4", "i2": "3", "i3": "0", "i4": "1"}, 10.0),
        ({"i1": "1", "i2": "1", "i3": "1", "i4": "0"}, 3.75),
        ({"i1": "4", "i2": "3", "i3": "0"}, None),
        ({}, None),
    ],
)
def test_a_sum_stands_from_its_least_number_on(answers: dict[str, str], score: Any) -> None:
    parts = tuple(("item", f"i{number}") for number in range(1, 6))
    assert evaluate(("sum", 4, *parts), answers, Record()) == score


@pytest.mark.parametrize(
    "expression",
    [
        (),
        ("__import__", "os"),
        ("eq", 1),
        ("item",),
        ("if", 1, 2),
        ("and", [1]),
        ("item", {"a": 1}),
    ],
)
def test_what_is_no_expression_is_refused(expression: Any) -> None:
    with pytest.raises(ExpressionError):
        require_known(expression)


def test_an_expression_is_not_nested_without_end() -> None:
    expression: Any = 1
    for _ in range(20):
        expression = ("not", expression)
    with pytest.raises(ExpressionError, match="deeply"):
        require_known(expression)


def test_an_expression_says_which_items_it_rests_on() -> None:
    assert items_in(("and", ("eq", A, 3), ("or", ("given", B), ("fact", "sex")))) == {"a", "b"}
    assert as_expression(["eq", ["item", "a"], 3]) == ("eq", A, 3)


LEAF = st.one_of(
    st.integers(-9, 9),
    st.sampled_from(["yes", "", "2024", "2024-02-30", "nonsense"]),
    st.tuples(st.just("item"), st.sampled_from([*ANSWERS, "gone"])),
    st.tuples(st.just("fact"), st.sampled_from(["sex", "onset", "gone"])),
    st.just(("today",)),
)
PAIRS = ("eq", "ne", "lt", "le", "gt", "ge", "sub", "mul", "div", "before", "days", "and", "or")
EXPRESSIONS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(PAIRS), inner, inner),
        st.tuples(st.sampled_from(["not", "given", "year", "size"]), inner),
        st.tuples(st.sampled_from(["sum", "in", "add", "count"]), st.just(1), inner, inner),
        st.tuples(st.just("if"), inner, inner, inner),
    ),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS)
def test_any_expression_has_a_value_or_none_and_never_an_error(expression: Any) -> None:
    evaluate(expression, ANSWERS, RECORD)
