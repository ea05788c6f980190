"""One simulated scan measured, and its errors against the truth, one record a nerve."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imaging.nerve.errors import Refused
from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from imaging.nerve.result import Ends, Nerve, Numbers
from tests.bench.family import Case

Z95 = 1.96
WINDOW_MM = 10.0
NOTCHED = 0.8
NEAR_ARC_MM = 2.0


@dataclass
class Record:
    """What one nerve showed; errors relative to the truth. `stated` and `bound` are standard
    deviations of the mean area, the stated one and Cramér and Rao's. `covered`: share of sections
    whose stated 95 % interval holds the true area. seconds: processor time for the whole scan."""

    code: str
    seed: int
    side: str
    click_mm: float
    seconds: float
    refused: str | None = None
    reason: str | None = None
    flags: int = 0
    chi: float = 0.0
    mean: float = 0.0
    stated: float = 0.0
    bound: float = 0.0
    volume: float = 0.0
    window: float | None = None
    local: float = 0.0
    covered: float = 0.0
    covers_mean: bool = False
    minimum: float = 0.0
    covers_minimum: bool = False
    notched: bool = False
    area_mm2: float = 0.0
    gap: list[float] = field(default_factory=list)
    covers_gap: list[bool] = field(default_factory=list)
    angle: list[float] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    missed: int = 0
    invented: int = 0


def ends_from(truth: dict[str, Any], rng: np.random.Generator, off_mm: float) -> dict[str, Ends]:
    """The true ends, each moved by off_mm in a random direction."""

    def click(point: list[float]) -> tuple[float, float, float]:
        away = rng.normal(size=3)
        moved = np.array(point) + off_mm * away / np.linalg.norm(away)
        return float(moved[0]), float(moved[1]), float(moved[2])

    return {
        name: Ends(click(ends["brainstem_mm"]), click(ends["canal_mm"]))
        for name, ends in truth["ends"].items()
    }


def scored(case: Case, seed: int, off_mm: float) -> list[Record]:
    """Simulate one scan, measure it from clicks off_mm off, and score both nerves."""
    phantom = simulate(case.scenario, seed=seed, **case.changes)
    ends = ends_from(phantom.truth, np.random.default_rng([seed, 7]), off_mm)
    start = time.process_time()
    try:
        nerves = measure(phantom.volume, ends, tof=phantom.tof).nerves
    except Refused as why:
        nerves = {
            name: Nerve(name, "refused", reason=str(why), reason_code=why.code) for name in ends
        }
    spent = time.process_time() - start
    found = []
    for side, nerve in nerves.items():
        truth = Truth(phantom.truth["nerves"][side])
        record = Record(case.code, seed, side, off_mm, spent)
        found.append(score(record, nerve, truth, truth.between(ends[side])))
    return found


class Truth:
    """One nerve's true profile, asked by place; beyond its ends the nerve goes on as it ends."""

    def __init__(self, nerve: dict[str, Any]) -> None:
        self.nerve = nerve
        rows = nerve["profile"]
        self.arc = np.array([row["arc_mm"] for row in rows])
        self.area = np.array([row["area_mm2"] for row in rows])
        self.centre = np.array([row["centre_mm"] for row in rows])
        self.normal = np.array([row["normal"] for row in rows])

    def place(self, points_mm: Any) -> Any:
        """Arc lengths of the places nearest to points (n, 3)."""
        points = np.asarray(points_mm, dtype=float)
        near = np.linalg.norm(points[:, None] - self.centre[None], axis=-1).argmin(axis=1)
        along = np.einsum("ij,ij->i", points - self.centre[near], self.normal[near])
        return self.arc[near] + along

    def at(self, arc_mm: Any) -> Any:
        return np.interp(arc_mm, self.arc, self.area)

    def between(self, ends: Ends) -> tuple[float, float]:
        """The stretch that the clicks ask for, without what lies in brainstem or canal."""
        first, last = self.place([ends.brainstem_mm, ends.canal_mm])
        return max(float(first), 0.0), min(float(last), self.nerve["length_mm"])

    def mean(self, stretch: tuple[float, float]) -> float:
        return float(np.mean(self.at(np.linspace(*stretch, 2001))))


def score(
    record: Record, nerve: Nerve, truth: Truth, stretch: tuple[float, float] | None = None
) -> Record:
    """Fill a record with one nerve's errors, against the truth of the stretch between the clicks
    (by default the whole nerve): where a click was is not the measurement's error."""
    numbers = nerve.numbers
    if numbers is None or nerve.quality is None:
        record.refused, record.reason = nerve.reason_code, nerve.reason
        return record
    record.flags, record.chi = len(nerve.flags), nerve.quality.chi
    _score_numbers(record, numbers, truth, stretch or (0.0, truth.nerve["length_mm"]))
    _score_sections(record, nerve, truth)
    _score_contacts(record, nerve, truth.nerve)
    return record


def _score_numbers(
    record: Record, numbers: Numbers, truth: Truth, stretch: tuple[float, float]
) -> None:
    mean, length = truth.mean(stretch), stretch[1] - stretch[0]
    lowest = float(truth.at(np.linspace(*stretch, 2001)).min())
    record.area_mm2 = numbers.csa_mean_mm2
    record.mean = numbers.csa_mean_mm2 / mean - 1
    record.stated = numbers.csa_mean_sd_mm2 / mean
    record.bound = numbers.csa_mean_bound_mm2 / mean
    record.covers_mean = abs(numbers.csa_mean_mm2 - mean) < Z95 * numbers.csa_mean_sd_mm2
    record.volume = numbers.volume_mm3 / (mean * length) - 1
    if numbers.volume_10mm_mm3 is not None and length >= WINDOW_MM:
        window = WINDOW_MM * truth.mean((stretch[0], stretch[0] + WINDOW_MM))
        record.window = numbers.volume_10mm_mm3 / window - 1
    record.minimum = numbers.csa_min_mm2 / lowest - 1
    low, high = numbers.csa_min_interval_mm2
    record.covers_minimum = low <= lowest <= high
    record.notched = lowest < NOTCHED * mean


def _score_sections(record: Record, nerve: Nerve, truth: Truth) -> None:
    """Each section against the true area at the place of the true course nearest to it."""
    true = truth.at(truth.place([section.centre_mm for section in nerve.sections]))
    measured = np.array([section.area_mm2 for section in nerve.sections])
    stated = np.array([section.area_sd_mm2 for section in nerve.sections])
    record.local = float(np.sqrt(np.mean((measured / true - 1) ** 2)))
    record.covered = float(np.mean(np.abs(measured - true) < Z95 * stated))


def _score_contacts(record: Record, nerve: Nerve, truth: dict[str, Any]) -> None:
    """Match each true contact within 2 mm of arc; the rest are missed or invented."""
    left = list(nerve.contacts)
    for contact in truth["contacts"]:
        near = [c for c in left if abs(c.arc_mm - contact["arc_mm"]) < NEAR_ARC_MM]
        if not near:
            record.missed += 1
            continue
        best = min(near, key=lambda c: c.gap_mm)
        left.remove(best)
        record.gap.append(best.gap_mm - contact["gap_mm"])
        record.covers_gap.append(abs(record.gap[-1]) < Z95 * best.gap_sd_mm)
        record.angle.append(best.angle_deg - contact["angle_deg"])
        record.kinds.append(f"{contact['vessel']}>{best.vessel}")
    record.invented += len(left)
