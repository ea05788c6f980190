"""The list: reproducible to the byte, balanced block by block, and refused where it cannot be."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.allocation import Design, draw, drawn_again, faults, read, written

SEED = bytes(range(32))
DESIGN = Design((("2d", 30), ("3d", 30)), ("left", "right"), (4, 6), 60)
# Written down on the day the algorithm was named; another value is another algorithm.
DIGEST = "cbaac427c22626264d0a3fe8e506c483381ab3ffbffb8dc50fb9f1ad184d4791"


def test_a_seed_gives_these_bytes_and_no_others() -> None:
    content = written(SEED, DESIGN)
    assert hashlib.sha256(content).hexdigest() == DIGEST
    assert drawn_again(content) == content


def test_another_seed_or_design_gives_another_list() -> None:
    other = {draw(bytes([number]) * 32, DESIGN) for number in range(20)}
    assert len(other) == 20
    assert draw(SEED, replace(DESIGN, block_sizes=(2, 4))) != draw(SEED, DESIGN)


def test_each_stratum_has_a_list_of_its_own() -> None:
    arms = read(written(SEED, DESIGN))
    left = [arms["left", position] for position in range(1, 61)]
    assert left != [arms["right", position] for position in range(1, 61)]
    assert set(arms) == {(side, n) for side in ("left", "right") for n in range(1, 61)}


@given(st.binary(min_size=1, max_size=40), st.integers(1, 3), st.integers(1, 3), st.integers(1, 90))
def test_no_arm_runs_ahead_by_more_than_a_block(seed: bytes, a: int, b: int, slots: int) -> None:
    design = Design((("a", 10 * a), ("b", 10 * b)), ("left",), (6 * (a + b), 2 * (a + b)), slots)
    unit = Counter(design.unit)
    taken: Counter[str] = Counter()
    for slot in draw(seed, design):
        taken[slot.arm] += 1
        ahead = abs(taken["a"] / unit["a"] - taken["b"] / unit["b"])
        assert ahead <= max(design.block_sizes)
    assert taken.total() == slots


def test_sizes_of_blocks_are_chosen_evenly_and_orders_too() -> None:
    """Of many blocks of two, each order comes about as often: within four standard deviations."""
    design = Design((("a", 1), ("b", 1)), ("left",), (2, 4), 40_000)
    arms = "".join(slot.arm for slot in draw(SEED, design))
    first = sum(draw(bytes([n, n]), replace(design, slots=2))[0].arm == "a" for n in range(256))
    assert abs(arms.count("a") - 20_000) <= 2
    assert abs(first - 128) <= 4 * 8


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"strata": ()}, "strata"),
        ({"strata": ("left", "left")}, "named once"),
        ({"block_sizes": (4, 4)}, "two sizes"),
        ({"block_sizes": (3, 4)}, "multiple of 2"),
        ({"block_sizes": (0, 4)}, "multiple of 2"),
        ({"slots": 0}, "one slot"),
    ],
)
def test_a_design_that_cannot_be_drawn_says_why(change: dict[str, object], sentence: str) -> None:
    assert faults(DESIGN) == []
    assert any(sentence in fault for fault in faults(replace(DESIGN, **change)))  # type: ignore[arg-type]
