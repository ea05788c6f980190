"""The fit's short accuracy run: bounds that a regression breaks."""

from __future__ import annotations

import pytest

from tests.bench.accuracy import QUICK_SCENARIOS, QUICK_SEEDS, Tally, misses, quick


@pytest.mark.slow
def test_the_quick_run_keeps_its_bounds() -> None:
    tallies = quick()
    assert [len(tally.mean) for tally in tallies] == [2 * QUICK_SEEDS] * len(QUICK_SCENARIOS)
    assert misses(tallies) == []


def test_a_biased_mean_is_named() -> None:
    tally = Tally("arc", mean=[0.011, 0.012], local=[0.012, 0.013])
    assert misses([tally]) == ["arc: the mean area is +1.15% off on average."]


def test_rough_sections_are_named() -> None:
    tally = Tally("arc", mean=[0.004, -0.004], local=[0.02, 0.05])
    assert misses([tally]) == ["arc: single sections are 3.50% off (RMS)."]


def test_a_refused_nerve_is_named() -> None:
    tally = Tally("arc", refused=["There is no strand."])
    assert misses([tally]) == ["arc: refused, There is no strand."]
