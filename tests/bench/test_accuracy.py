"""The fit's accuracy run: bounds that a regression breaks, and sums that are right."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from imaging.nerve import fit, strand
from imaging.nerve.frame import Course
from imaging.nerve.neighbourhood import Placed
from imaging.nerve.phantom_scenarios import SCENARIOS, find
from imaging.nerve.response import Sampling, Shape
from imaging.nerve.result import Ends
from imaging.nerve.volume import Array
from tests.bench import accuracy
from tests.bench.accuracy import QUICK, QUICK_SEEDS, keys, misses, quick
from tests.bench.family import FAMILY, case, click_mm
from tests.bench.runs import Kept
from tests.bench.score import Record, Truth, scored
from tests.bench.summary import line, row


def records(code: str) -> list[Record]:
    return [record for seed in range(QUICK_SEEDS) for record in scored(case(code), seed, 0.0)]


@pytest.mark.slow
def test_the_quick_run_keeps_its_bounds() -> None:
    done = quick()
    assert [len(own) for own in done.values()] == [2 * QUICK_SEEDS] * len(QUICK)
    assert [misses(found, own) for found, own in done.items()] == [[]] * len(QUICK)


def test_a_model_with_radii_one_per_cent_wrong_breaks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    right = strand.filled

    def wrong(
        course: Course, shape: Shape, placed: Placed, sampling: Sampling
    ) -> tuple[Array, Array]:
        return right(course, replace(shape, radius_mm=0.99 * shape.radius_mm), placed, sampling)

    monkeypatch.setattr(strand, "filled", wrong)
    assert "arc: the mean area is +" in misses(case("P3"), records("P3"))[0]


def test_a_fit_that_adapts_no_stiffness_breaks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "_restiffened", lambda whole, _: whole)
    broken = misses(case("P8"), records("P8"))
    assert any("single sections are" in sentence for sentence in broken)


def one(**values: object) -> Record:
    usual = {"code": "P3", "seed": 0, "side": "left", "click_mm": 0.0, "seconds": 1.0}
    return Record(**(usual | {"covered": 0.95} | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("done", "sentence"),
    [
        ([one(mean=0.011), one(mean=0.012)], "arc: the mean area is +1.15% off on average."),
        ([one(local=0.01), one(local=0.05)], "arc: single sections are 3.00% off (RMS)."),
        ([one(covered=0.4)], "arc: stated intervals hold only 40% of the areas."),
        ([one(gap=[0.0]), one(gap=[-0.07])], "arc: a gap is 0.070 mm off."),
        ([one(missed=1)], "arc: contacts missed: 1."),
        ([one(refused="no_strand", reason="None there.")], "arc: refused, None there."),
    ],
)
def test_what_breaks_a_bound_is_named(done: list[Record], sentence: str) -> None:
    assert misses(case("P3"), done) == [sentence]


def test_a_row_sums_its_records() -> None:
    done = [one(mean=0.01, bound=0.01, volume=0.02), one(mean=0.03, bound=0.01, side="left")]
    done += [one(mean=-0.01, bound=0.01, side="right", click_mm=0.5, volume=9.0, covered=0.85)]
    done += [one(refused="no_path", reason="x")]
    found = row(case("P3"), done)
    assert (found.n, found.refused) == (3, {"no_path": 1})
    assert found.bias == pytest.approx(0.01)
    assert found.sd == pytest.approx(2**0.5 * 0.01)  # about each side's own mean
    assert found.efficiency == pytest.approx(0.5)
    assert found.volume == pytest.approx(0.01)  # from true end points alone
    assert found.covers_sections == pytest.approx((0.95 + 0.95 + 0.85) / 3)
    assert "1 no_path" in line(found)


def test_a_click_that_leaves_a_part_out_changes_what_is_true() -> None:
    """A nerve that thins from 2 to 1 mm2: the half that was clicked has a mean of its own."""
    rows = [
        {"arc_mm": s, "area_mm2": 2 - s / 10, "centre_mm": [s, 0, 0], "normal": [1, 0, 0]}
        for s in np.arange(0, 10, 0.25)
    ]
    truth = Truth({"profile": rows, "length_mm": 10.0})
    half = truth.between(Ends((5.0, 0.4, 0.0), (11.0, 0.0, 0.2)))
    assert half == pytest.approx((5.0, 10.0))
    assert truth.mean(half) == pytest.approx(1.25, abs=0.005)


def test_the_family_goes_through_p1_to_p19() -> None:
    assert {case.scenario for case in FAMILY} <= {scenario.name for scenario in SCENARIOS}
    assert len({case.code for case in FAMILY}) == len(FAMILY)
    numbers = {find(f"P{number}").name for number in range(1, 20)}
    assert numbers <= {case.scenario for case in FAMILY}


def test_seeds_go_round_by_round_with_every_second_click_off() -> None:
    few = [case("P1"), case("P19b")]
    assert keys(few, 3) == [("P1", 0), ("P19b", 0), ("P1", 1), ("P19b", 1), ("P1", 2)]
    assert [click_mm(seed) for seed in range(4)] == [0.0, 0.5, 0.0, 0.5]


def test_the_command_writes_rows_and_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "accuracy.json"
    monkeypatch.setattr(accuracy, "run", lambda kept, *_, **__: done(kept))
    monkeypatch.setattr(
        sys, "argv", ["accuracy", "--seeds", "1", "--case", "P3", "--json", str(out)]
    )
    accuracy.main()
    written = json.loads(out.read_text())
    assert written["rows"][0]["bias"] == pytest.approx(0.01)
    assert len(written["records"]) == 1
    assert "P3    arc" in capsys.readouterr().out


def done(kept: Kept) -> int:
    kept.results["P3", 0] = [asdict(one(mean=0.01))]
    return 0
