"""Repeats sum what changed between clicks, and an unmeasured nerve stays in the table."""

from __future__ import annotations

import pytest

from tests.bench.repeats import Result, line, row


def told(mean: float, area: float = 1.0) -> Result:
    profile = [[0.25 * step, 0.0, 0.0, area, 0.05] for step in range(40)]
    return {"mean_mm2": mean, "sd_mm2": 0.02, "minimum_mm2": mean, "flags": [], "profile": profile}


def test_a_row_has_the_spread_of_the_means_and_the_farthest() -> None:
    found = row("arc", "left", [told(1.0), told(1.02), told(0.98)])
    assert found["cv"] == pytest.approx(0.02)
    assert found["farthest"] == pytest.approx(0.02)
    assert found["stated"] == pytest.approx(0.02)
    assert found["overlap"] == 1.0


def test_profiles_that_are_apart_do_not_overlap() -> None:
    found = row("arc", "left", [told(1.0), told(1.0, area=1.3)])
    assert found["overlap"] == 0.0


def test_refusals_are_counted_and_told() -> None:
    some = row("arc", "left", [told(1.0), told(1.0), {"refused": "no_path"}])
    assert (some["n"], some["refused"]) == (2, 1)
    assert "not measured" in line(row("arc", "left", [{"refused": "no_path"}] * 3))
