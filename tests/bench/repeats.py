"""The same scan measured again and again from clicks half a millimetre off, phantoms and real.

python -m tests.bench.repeats [--seeds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from imaging.dicom.volumes import read_volume
from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from imaging.nerve.result import Nerve
from imaging.nerve.volume import Volume
from tests.bench.family import ODD_CLICK_MM
from tests.bench.runs import Kept, run
from tests.bench.score import Z95, ends_from

SCHEMA = "repeats/1"
SEEDS = 20
PHANTOMS = ("straight", "oblique", "arc", "helix")
REAL = "brain_t1_3d"
DATA = Path(__file__).parents[3] / "shared" / "data" / REAL / "dicoms"
ENDS = Path(__file__).parents[1] / "imaging" / "nerve" / f"{REAL}_ends.json"
NEAR_MM = 0.5

Result = dict[str, Any]


@cache
def scan(name: str) -> tuple[Volume, dict[str, Any]]:
    """A scan and where its ends were put."""
    if name == REAL:
        return read_volume(DATA), {"ends": json.loads(ENDS.read_text())}
    phantom = simulate(name, seed=0)
    return phantom.volume, phantom.truth


def again(name: str, seed: int) -> Result:
    """Both nerves from one pair of clicks each; seed 0 is where the ends were put."""
    volume, known = scan(name)
    off_mm = ODD_CLICK_MM if seed else 0.0
    nerves = measure(volume, ends_from(known, np.random.default_rng([seed, 31]), off_mm)).nerves
    return {side: _told(nerve) for side, nerve in nerves.items()}


def _told(nerve: Nerve) -> Result:
    if nerve.numbers is None:
        return {"refused": nerve.reason_code}
    return {
        "mean_mm2": nerve.numbers.csa_mean_mm2,
        "sd_mm2": nerve.numbers.csa_mean_sd_mm2,
        "minimum_mm2": nerve.numbers.csa_min_mm2,
        "flags": [flag.sentence for flag in nerve.flags],
        "profile": [
            [*section.centre_mm, section.area_mm2, section.area_sd_mm2]
            for section in nerve.sections
        ],
    }


def row(name: str, side: str, told: list[Result]) -> Result:
    """One nerve's spread over its clicks. overlap: share of sections whose 95 % interval meets
    that of the first measurement at the same place."""
    good = [result for result in told if "refused" not in result]
    found: Result = {"scan": name, "side": side, "n": len(good), "refused": len(told) - len(good)}
    if len(good) < 2 or "refused" in told[0]:
        return found
    means = np.array([result["mean_mm2"] for result in good])
    return found | {
        "mean_mm2": float(means.mean()),
        "cv": float(means.std(ddof=1) / means.mean()),
        "minimum_cv": _cv([result["minimum_mm2"] for result in good]),
        "stated": float(np.mean([result["sd_mm2"] for result in good]) / means.mean()),
        "farthest": float(np.abs(means / told[0]["mean_mm2"] - 1).max()),
        "overlap": float(np.mean([_overlap(told[0], other) for other in good[1:]])),
        "flagged": sum(bool(result["flags"]) for result in good),
    }


def _cv(values: list[float]) -> float:
    return float(np.std(values, ddof=1) / np.mean(values))


def _overlap(first: Result, other: Result) -> float:
    before, after = np.array(first["profile"]), np.array(other["profile"])
    apart = np.linalg.norm(after[:, None, :3] - before[None, :, :3], axis=-1)
    near = apart.argmin(axis=1)
    same = apart.min(axis=1) < NEAR_MM
    change = np.abs(after[:, 3] - before[near, 3])
    meets = change <= Z95 * (after[:, 4] + before[near, 4])
    return float(np.mean(meets[same])) if same.any() else 0.0


def names() -> list[str]:
    return [*PHANTOMS, *([REAL] if DATA.is_dir() else [])]


def rows(results: dict[tuple[str, int], Result], seeds: int) -> list[Result]:
    found = []
    for name in names():
        done = [results[name, seed] for seed in range(seeds + 1) if (name, seed) in results]
        if done:
            found += [row(name, side, [one[side] for one in done]) for side in sorted(done[0])]
    return found


def line(found: Result) -> str:
    start = f"{found['scan']:12} {found['side']:5} {found['n']:3d} {found['refused']:7d}"
    if "cv" not in found:
        return f"{start} not measured"
    return (
        f"{start} {found['mean_mm2']:6.3f} {100 * found['cv']:6.2f} {100 * found['stated']:6.2f}"
        f" {100 * found['farthest']:8.2f} {100 * found['minimum_cv']:6.2f}"
        f" {100 * found['overlap']:7.0f} {found['flagged']:7d}"
    )


HEADER = (
    f"{'scan':12} {'side':5} {'n':>3} refused {'mm2':>6} {'CV':>6} {'stated':>6} {'farthest':>8}"
    f" {'min CV':>6} overlap flagged"
)


def full(seeds: int, path: Path, minutes: float | None = None) -> int:
    """Measure, into path; how many are left."""
    kept = Kept(path.with_suffix(".jsonl"))
    keys = [(name, seed) for seed in range(seeds + 1) for name in names()]
    left = run(kept, keys, again, minutes=minutes)
    found = rows(kept.results, seeds)
    text = json.dumps({"schema": SCHEMA, "code": kept.code, "rows": found}, indent=1)
    path.write_text(text + "\n")
    sys.stdout.write("\n".join([HEADER, *map(line, found)]) + "\n")
    return left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--json", type=Path, default=Path("var/repeats.json"))
    options = parser.parse_args()
    full(options.seeds, options.json)


if __name__ == "__main__":
    main()
