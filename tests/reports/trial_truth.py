"""What the simulated trial's report must come to, from what the trial was made with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from tests.reports import trial

MANY = 8000


def consensus(truth: trial.Truth, place: int) -> tuple[float, float]:
    """Sensitivity and specificity of two readers, with a third where they differ on a side, over
    many more people of the same kind."""
    right: dict[bool, list[bool]] = {True: [], False: []}
    for patient in trial.patients(trial.Truth(people=MANY, seed=7)):
        if patient.arm != ("2d", "3d")[place]:
            continue
        first, second, third = patient.reads
        counts = first if first == second else third
        for side in ("left", "right"):
            there = patient.compressed and side == patient.side
            right[there].append((counts[side] == "yes") == there)
    return float(np.mean(right[True])), float(np.mean(right[False]))


def true_rho() -> float:
    """Spearman's rho of area and grade over many more people of the same kind."""
    many = list(trial.patients(trial.Truth(people=MANY, seed=8)))
    return float(spearmanr([p.affected_mm2 for p in many], [p.grade for p in many]).statistic)


def covers(estimate: dict[str, Any], truth: float) -> bool:
    """Whether there is an interval and the truth lies in it."""
    return estimate["low"] is not None and bool(estimate["low"] <= truth <= estimate["high"])


def recovered(
    found: dict[str, Any], truth: trial.Truth
) -> Iterator[tuple[str, dict[str, Any], float]]:
    """Each quantity of the unblinded outcomes by name, with its estimate and what is true."""
    groups, readers = found["diagnostic"]["groups"][1:], found["diagnostic"]["readers"][1:]
    for place, (group, single) in enumerate(zip(groups, readers, strict=True)):
        sensitivity, specificity = consensus(truth, place)
        arm = group["key"]
        estimates = group["estimates"]
        yield f"{arm} sensitivity", estimates["sensitivity"]["exact"], sensitivity
        yield f"{arm} specificity", estimates["specificity"]["exact"], specificity
        pooled = single["pooled"]
        yield f"{arm} sensitivity of a reader", pooled["sensitivity"], truth.sensitivity[place]
        yield f"{arm} specificity of a reader", pooled["specificity"], truth.specificity[place]
    yield "affected over unaffected", found["sizes"][0]["measures"][0]["ratio"], \
        truth.affected_ratio  # fmt: skip
    against = found["severity"]["correlation"][0]["rows"][0]
    yield "Spearman's rho", against["spearman"], true_rho()
