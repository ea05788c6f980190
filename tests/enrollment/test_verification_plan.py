"""What the plan asks to be verified."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.protocol.definition import VerificationPlan
from enrollment.protocol.loader import FOLDER, ProtocolError, current, parse
from enrollment.verification_plan import is_chosen, is_due

PLAN = VerificationPlan("share", 0.2, "MRI-HFS 2020-11-01")
NUMBERS = [f"XA-{number:03d}" for number in range(1, 2001)]
TEXT = (FOLDER / "nct04645277.toml").read_text(encoding="utf-8")


def test_the_share_is_chosen_by_the_seed_and_found_again() -> None:
    chosen = [number for number in NUMBERS if is_chosen(PLAN, number)]
    assert 0.17 * len(NUMBERS) < len(chosen) < 0.23 * len(NUMBERS)
    other = replace(PLAN, seed="another")
    assert chosen != [number for number in NUMBERS if is_chosen(other, number)]
    assert chosen[:4] == ["XA-001", "XA-006", "XA-008", "XA-010"]


@given(st.sampled_from(NUMBERS), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_holds_the_smaller_one(number: str, one: float, two: float) -> None:
    low, high = sorted((one, two))
    if is_chosen(replace(PLAN, share=low), number):
        assert is_chosen(replace(PLAN, share=high), number)


@pytest.mark.parametrize(
    ("kind", "critical", "due"),
    [
        ("all", False, {True}),
        ("critical", False, {False}),
        ("critical", True, {True}),
        ("share", True, {True}),
        ("share", False, {True, False}),
    ],
)
def test_what_is_due(kind: str, critical: bool, due: set[bool]) -> None:
    plan = replace(PLAN, kind=kind)
    assert {is_due(plan, number, critical=critical) for number in NUMBERS[:50]} == due


def test_the_protocol_names_its_plan() -> None:
    assert current().verification == PLAN
    assert current().verification.percent == 20


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "share"', 'kind = "some"', "verification plan"),
        ("share = 0.2", "share = 1.2", "share"),
        ('seed = "MRI-HFS 2020-11-01"', 'seed = ""', "seed"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(ProtocolError, match=said):
        parse(TEXT.replace(old, new).encode())
