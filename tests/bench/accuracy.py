"""`make accuracy`: the fit against the phantom family, as a table and var/accuracy.json.

python -m tests.bench.accuracy [--quick] [--seeds N] [--scenario NAME ...] [--click-mm D]
    [--json FILE]

`--quick` is the form for continuous integration: three scenarios, two seeds, and an exit code of 1
with a sentence for each bound that is broken.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from imaging.nerve.measure import measure
from imaging.nerve.phantom import Phantom, simulate
from imaging.nerve.phantom_scenarios import SCENARIOS
from imaging.nerve.result import Ends, Nerve

Z95 = 1.96
QUICK_SCENARIOS = ("oblique", "arc", "notch")
QUICK_SEEDS = 2
BIAS_BOUND = 0.01
LOCAL_BOUND = 0.025
HEADER = (
    "scenario           n  bias%   sd%  stated%  V bias%  local%  covers%  min%  notch%  "
    "eff   gap mm        angle   seconds  refused"
)


@dataclass
class Tally:
    """What one scenario's nerves showed; errors relative to the truth."""

    scenario: str
    mean: list[float] = field(default_factory=list)
    stated: list[float] = field(default_factory=list)
    volume: list[float] = field(default_factory=list)
    local: list[float] = field(default_factory=list)
    covered: list[float] = field(default_factory=list)
    covers_mean: list[bool] = field(default_factory=list)
    minimum: list[float] = field(default_factory=list)
    notch: list[float] = field(default_factory=list)
    bound: list[float] = field(default_factory=list)
    gap: list[float] = field(default_factory=list)
    angle: list[float] = field(default_factory=list)
    missed: int = 0
    invented: int = 0
    kinds: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def ends_from(truth: dict[str, Any], rng: np.random.Generator, click_mm: float) -> dict[str, Ends]:
    """The true ends, each moved by click_mm in a random direction."""

    def click(point: list[float]) -> tuple[float, float, float]:
        away = rng.normal(size=3)
        moved = np.array(point) + click_mm * away / np.linalg.norm(away)
        return float(moved[0]), float(moved[1]), float(moved[2])

    return {
        name: Ends(click(ends["brainstem_mm"]), click(ends["canal_mm"]))
        for name, ends in truth["ends"].items()
    }


def score(tally: Tally, nerve: Nerve, truth: dict[str, Any]) -> None:
    """Add one nerve's errors to the tally."""
    numbers = nerve.numbers
    if numbers is None:
        tally.refused.append(str(nerve.reason))
        return
    tally.mean.append(numbers.csa_mean_mm2 / truth["csa_mean_mm2"] - 1)
    tally.stated.append(numbers.csa_mean_sd_mm2 / truth["csa_mean_mm2"])
    tally.bound.append(numbers.csa_mean_bound_mm2 / truth["csa_mean_mm2"])
    tally.volume.append(numbers.volume_mm3 / truth["volume_mm3"] - 1)
    error = abs(numbers.csa_mean_mm2 - truth["csa_mean_mm2"])
    tally.covers_mean.append(error < Z95 * numbers.csa_mean_sd_mm2)
    tally.minimum.append(numbers.csa_min_mm2 / truth["csa_min_mm2"] - 1)
    arc = np.array([row["arc_mm"] for row in truth["profile"]])
    area = np.array([row["area_mm2"] for row in truth["profile"]])
    centre = np.array([row["centre_mm"] for row in truth["profile"]])
    local, inside = [], []
    for section in nerve.sections:
        near = int(np.argmin(np.linalg.norm(centre - np.array(section.centre_mm), axis=1)))
        true = float(np.interp(arc[near], arc, area))
        local.append(section.area_mm2 / true - 1)
        inside.append(abs(section.area_mm2 - true) < Z95 * section.area_sd_mm2)
    tally.local.append(float(np.sqrt(np.mean(np.square(local)))))
    tally.covered.append(float(np.mean(inside)))
    if truth["csa_min_mm2"] < 0.8 * truth["csa_mean_mm2"]:
        tally.notch.append(numbers.csa_min_mm2 / truth["csa_min_mm2"] - 1)
    score_contacts(tally, nerve, truth)


def score_contacts(tally: Tally, nerve: Nerve, truth: dict[str, Any]) -> None:
    """Match each true contact within 2 mm of arc; the rest are missed or invented."""
    left = list(nerve.contacts)
    for contact in truth["contacts"]:
        near = [c for c in left if abs(c.arc_mm - contact["arc_mm"]) < 2.0]
        if not near:
            tally.missed += 1
            continue
        best = min(near, key=lambda c: c.gap_mm)
        left.remove(best)
        tally.gap.append(best.gap_mm - contact["gap_mm"])
        tally.angle.append(best.angle_deg - contact["angle_deg"])
        tally.kinds.append(f"{contact['vessel']}>{best.vessel}")
    tally.invented += len(left)


def scanned(name: str, seeds: int, changes: dict[str, Any]) -> Iterator[tuple[int, Phantom]]:
    for seed in range(seeds):
        yield seed, simulate(name, seed=seed, **changes)


def run(name: str, seeds: int, click_mm: float, changes: dict[str, Any]) -> Tally:
    """Measure one scenario over its seeds."""
    tally = Tally(name)
    for seed, phantom in scanned(name, seeds, changes):
        ends = ends_from(phantom.truth, np.random.default_rng([seed, 7]), click_mm)
        start = time.perf_counter()
        report = measure(phantom.volume, ends, tof=phantom.tof)
        tally.seconds.append(time.perf_counter() - start)
        for side, nerve in report.nerves.items():
            score(tally, nerve, phantom.truth["nerves"][side])
    return tally


def line(tally: Tally) -> str:
    """One row of the table."""
    if not tally.mean:
        return f"{tally.scenario:17} refused: {tally.refused[0] if tally.refused else ''}"
    per = {key: 100 * np.array(getattr(tally, key)) for key in ("mean", "stated", "volume")}
    bias, spread = per["mean"].mean(), per["mean"].std()
    efficiency = (np.mean(tally.bound) / max(float(np.std(tally.mean)), 1e-9)) ** 2
    notch = f"{100 * np.mean(tally.notch):+6.1f}" if tally.notch else "      "
    gap = f"{np.mean(tally.gap):+.3f}±{np.std(tally.gap):.3f}" if tally.gap else " " * 12
    angle = f"{np.mean(tally.angle):+4.1f}±{np.std(tally.angle):.1f}" if tally.angle else " " * 8
    extra = f" missed {tally.missed}" * (tally.missed > 0)
    extra += f" invented {tally.invented}" * (tally.invented > 0)
    extra += f" {sorted(set(tally.kinds))}" * bool(tally.kinds)
    return (
        f"{tally.scenario:17}{len(tally.mean):3d} {bias:+6.2f} {spread:5.2f}"
        f"  {per['stated'].mean():6.2f}"
        f"  {per['volume'].mean():+7.2f}  {100 * np.mean(tally.local):6.2f}"
        f"  {100 * np.mean(tally.covered):4.0f}/{100 * np.mean(tally.covers_mean):3.0f}"
        f"  {100 * np.mean(tally.minimum):+5.1f}  {notch}  {min(efficiency, 9.99):4.2f}"
        f"  {gap}  {angle}  {np.median(tally.seconds):5.2f}  {len(tally.refused)}{extra}"
    )


def misses(tallies: list[Tally]) -> list[str]:
    """A sentence for each bound of the quick form that a scenario breaks."""
    found = []
    for tally in tallies:
        if tally.refused:
            found.append(f"{tally.scenario}: refused, {tally.refused[0]}")
        if not tally.mean:
            continue
        bias, local = float(np.mean(tally.mean)), float(np.mean(tally.local))
        if abs(bias) >= BIAS_BOUND:
            found.append(f"{tally.scenario}: the mean area is {bias:+.2%} off on average.")
        if local >= LOCAL_BOUND:
            found.append(f"{tally.scenario}: single sections are {local:.2%} off (RMS).")
    return found


def report_quick() -> int:
    """Print the short form's table and what it breaks; the exit code."""
    tallies = quick()
    broken = misses(tallies)
    sys.stdout.write("\n".join([HEADER, *map(line, tallies)]) + "\n")
    sys.stderr.writelines(f"{sentence}\n" for sentence in broken)
    return 1 if broken else 0


def quick() -> list[Tally]:
    """The short form: a few seconds, for continuous integration."""
    return [run(name, QUICK_SEEDS, 0.0, {}) for name in QUICK_SCENARIOS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--scenario", action="append", default=[])
    parser.add_argument("--click-mm", type=float, default=0.0)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--json", type=Path, default=Path("var/accuracy.json"))
    options = parser.parse_args()
    if options.quick:
        sys.exit(report_quick())
    changes = {name: json.loads(value) for name, value in (item.split("=") for item in options.set)}
    names = options.scenario or [s.name for s in SCENARIOS if s.name != "head-full"]
    tallies = []
    sys.stdout.write(HEADER + "\n")
    for name in names:
        tallies.append(run(name, options.seeds, options.click_mm, changes))
        sys.stdout.write(line(tallies[-1]) + "\n")
        sys.stdout.flush()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps([asdict(tally) for tally in tallies], indent=1) + "\n")


if __name__ == "__main__":
    main()
