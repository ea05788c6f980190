"""One run of the nerve measurement beside its peers, on the same scans."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from imaging.nerve.measure import measure
from imaging.nerve.phantom import Phantom, simulate
from imaging.nerve.phantom_scenarios import find
from imaging.nerve.result import Nerve
from tests.bench.guide import Guide
from tests.bench.plane_peers import region_properties, surface_cuts
from tests.bench.score import ends_from
from tests.bench.vmtk_peer import Vmtk
from tests.bench.voxel_peers import SHARES, NotFound, Reading, count_voxels, label_shapes

SCENARIOS = ("straight", "oblique", "arc", "touching", "atrophy")
OURS = "this project's fit"
COUNT = "voxel count, best threshold"
PEERS: dict[str, Callable[..., Reading]] = {
    "SimpleITK label shapes": label_shapes,
    "scikit-image region properties": region_properties,
    "isosurface cut (VMTK's principle)": surface_cuts,
}
METHODS = (OURS, COUNT, *PEERS)
VMTK = "VMTK, best setting"
QUICK_VMTK = "VMTK, quickest setting"
WARM_SEED = 999


@dataclass
class Lap:
    """What one method read in one scenario; errors relative to the truth, one a nerve. seconds: of
    processor time for both nerves, one a scan."""

    scenario: str
    method: str
    mean: list[float] = field(default_factory=list)
    local: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def add(self, reading: Reading, truth: dict[str, Any]) -> None:
        """Add one nerve. Local: the root mean square over its sections that have an area."""
        profile = truth["profile"]
        true = np.interp(
            reading.arc_mm,
            [row["arc_mm"] for row in profile],
            [row["area_mm2"] for row in profile],
        )
        self.mean.append(reading.mean_mm2 / truth["csa_mean_mm2"] - 1)
        self.local.append(float(np.sqrt(np.nanmean((reading.area_mm2 / true - 1) ** 2))))


def rms(errors: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors)))) if errors else float("nan")


def race(
    scenarios: Iterable[str], seeds: int, vmtk: Vmtk | None = None
) -> tuple[list[Lap], dict[str, str]]:
    """Every method on every scan; the laps, and by method which of its settings they are.

    A method with settings is shown at the one whose means are nearest to the truth over this whole
    run: no user could choose better. VMTK is shown at its quickest one too.
    """
    names = list(scenarios)
    measured(simulate(names[0], seed=WARM_SEED))  # compiles the kernels outside the clock
    laps = {(name, method): Lap(name, method) for name in names for method in (OURS, *PEERS)}
    counts = {(name, f"{share:.2f}"): Lap(name, COUNT) for name in names for share in SHARES}
    settings = vmtk.settings if vmtk else []
    vmtks = {(name, setting): Lap(name, VMTK) for name in names for setting in settings}
    for name in names:
        for seed in range(seeds):
            phantom = simulate(name, seed=seed)
            guides = guides_of(phantom)
            _ours(laps[name, OURS], phantom)
            for method, read in PEERS.items():
                _peer(laps[name, method], read, phantom, guides)
            for share in SHARES:
                count = partial(count_voxels, share=share)
                _peer(counts[name, f"{share:.2f}"], count, phantom, guides)
            for setting in settings:
                _vmtk(vmtks[name, setting], vmtk, setting, phantom, guides)
    chosen = {COUNT: _best(counts, names)}
    found = laps | {(name, COUNT): counts[name, chosen[COUNT]] for name in names}
    if vmtks:
        chosen |= {VMTK: _best(vmtks, names), QUICK_VMTK: _quickest(vmtks, names)}
        for method in (VMTK, QUICK_VMTK):
            own = {name: replace(vmtks[name, chosen[method]], method=method) for name in names}
            found |= {(name, method): lap for name, lap in own.items()}
    order = [*METHODS, *([VMTK, QUICK_VMTK] if vmtks else [])]
    return [found[name, method] for name in names for method in order], chosen


def _best(laps: dict[tuple[str, str], Lap], names: list[str]) -> str:
    """The setting with the smallest error of the mean, of those that refuse least."""
    settings = list(dict.fromkeys(setting for _, setting in laps))

    def rank(setting: str) -> tuple[int, float]:
        own = [laps[name, setting] for name in names]
        return sum(len(lap.refused) for lap in own), rms(_joined(own))

    return min(settings, key=rank)


def _quickest(laps: dict[tuple[str, str], Lap], names: list[str]) -> str:
    settings = list(dict.fromkeys(setting for _, setting in laps))
    return min(settings, key=lambda s: sum(sum(laps[name, s].seconds) for name in names))


def _vmtk(
    lap: Lap, vmtk: Vmtk | None, setting: str, phantom: Phantom, guides: dict[str, Guide]
) -> None:
    assert vmtk is not None
    spent = 0.0
    for side, guide in guides.items():
        try:
            reading, seconds = vmtk.read(phantom.volume, guide, setting)
        except NotFound as reason:
            lap.refused.append(str(reason))
            continue
        spent += seconds
        lap.add(reading, phantom.truth["nerves"][side])
    lap.seconds.append(spent)


def _joined(laps: Iterable[Lap]) -> list[float]:
    return [error for lap in laps for error in lap.mean]


def guides_of(phantom: Phantom) -> dict[str, Guide]:
    """By side, what the peers are told."""
    settings = find(phantom.truth["simulation"]["scenario"]).settings
    return {s: Guide.from_truth(truth, settings) for s, truth in phantom.truth["nerves"].items()}


def measured(phantom: Phantom) -> dict[str, Nerve]:
    """Our own reading, from the true ends alone."""
    ends = ends_from(phantom.truth, np.random.default_rng(0), 0.0)
    return measure(phantom.volume, ends, tof=phantom.tof).nerves


def _ours(lap: Lap, phantom: Phantom) -> None:
    start = time.process_time()
    nerves = measured(phantom)
    lap.seconds.append(time.process_time() - start)
    for side, nerve in nerves.items():
        truth = phantom.truth["nerves"][side]
        if nerve.numbers is None:
            lap.refused.append(str(nerve.reason))
        else:
            lap.add(_reading(nerve, nerve.numbers.csa_mean_mm2, truth), truth)


def _reading(nerve: Nerve, mean_mm2: float, truth: dict[str, Any]) -> Reading:
    """Our sections at the place of the true course that each one is nearest to."""
    true = np.array([row["centre_mm"] for row in truth["profile"]])
    arc = np.array([row["arc_mm"] for row in truth["profile"]])
    centres = np.array([section.centre_mm for section in nerve.sections])
    near = np.linalg.norm(centres[:, None] - true[None], axis=-1).argmin(axis=1)
    areas = np.array([section.area_mm2 for section in nerve.sections])
    return Reading(mean_mm2, arc[near], areas)


def _peer(
    lap: Lap, read: Callable[..., Reading], phantom: Phantom, guides: dict[str, Guide]
) -> None:
    spent = 0.0
    for side, guide in guides.items():
        start = time.process_time()
        try:
            reading = read(phantom.volume, guide)
        except NotFound as reason:
            lap.refused.append(str(reason))
            continue
        finally:
            spent += time.process_time() - start
        lap.add(reading, phantom.truth["nerves"][side])
    lap.seconds.append(spent)
