"""The fit's short accuracy run: bounds that a regression breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imaging.nerve import fit, strand
from imaging.nerve.frame import Course
from imaging.nerve.neighbourhood import Placed
from imaging.nerve.response import Sampling, Shape
from imaging.nerve.volume import Array
from tests.bench.accuracy import QUICK_SCENARIOS, QUICK_SEEDS, Tally, misses, quick, run


@pytest.mark.slow
def test_the_quick_run_keeps_its_bounds() -> None:
    tallies = quick()
    assert [len(tally.mean) for tally in tallies] == [2 * QUICK_SEEDS] * len(QUICK_SCENARIOS)
    assert misses(tallies) == []


def test_a_model_with_radii_one_per_cent_wrong_breaks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    right = strand.filled

    def wrong(
        course: Course, shape: Shape, placed: Placed, sampling: Sampling
    ) -> tuple[Array, Array]:
        return right(course, replace(shape, radius_mm=0.99 * shape.radius_mm), placed, sampling)

    monkeypatch.setattr(strand, "filled", wrong)
    assert "arc: the mean area is +" in misses([run("arc", QUICK_SEEDS, 0.0, {})])[0]


def test_a_fit_that_adapts_no_stiffness_breaks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "_restiffened", lambda whole, _: whole)
    assert "single sections are" in misses([run("notch", QUICK_SEEDS, 0.0, {})])[0]


def test_a_biased_mean_is_named() -> None:
    tally = Tally("arc", mean=[0.011, 0.012], local=[0.012, 0.013])
    assert misses([tally]) == ["arc: the mean area is +1.15% off on average."]


def test_rough_sections_are_named() -> None:
    tally = Tally("arc", mean=[0.004, -0.004], local=[0.01, 0.05])
    assert misses([tally]) == ["arc: single sections are 3.00% off (RMS)."]


def test_a_refused_nerve_is_named() -> None:
    tally = Tally("arc", refused=["There is no strand."])
    assert misses([tally]) == ["arc: refused, There is no strand."]
