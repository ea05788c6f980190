"""How well an angiogram of a patient who moved finds its place on the scan.

python -m tests.bench.registration [--seeds N] [--minutes M] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from imaging.nerve.phantom import simulate
from imaging.nerve.register import register
from tests.bench.runs import Kept, run

SCHEMA: Final = "registration/1"
SEEDS: Final = 5
SOURCES: Final = ("register.py", "phantom.py")
SCENES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "nerves in fluid": ("indented", {}),
    "pons and porus": ("tof", {}),
    "head": ("head", {}),
}
MOVES: Final[dict[str, tuple[float, float]]] = {  # mm, degrees
    "at rest": (0.0, 0.0),
    "3 mm, 3 deg": (3.0, 3.0),
    "10 mm, 8 deg": (10.0, 8.0),
}

Result = dict[str, Any]


def names() -> list[str]:
    return [f"{scene}: {move}" for scene in SCENES for move in MOVES]


def laid(name: str, seed: int) -> Result:
    """How far the nerves come to lie from where they truly are in the angiogram, mm, after a
    movement in a direction of the seed's own."""
    scene, move = name.split(": ")
    scenario, changes = SCENES[scene]
    shift_mm, turn_deg = MOVES[move]
    rng = np.random.default_rng([seed, 53])
    away, about = (axis / np.linalg.norm(axis) for axis in rng.normal(size=(2, 3)))
    phantom = simulate(
        scenario,
        seed=seed,
        tof_shift_mm=tuple(float(x) for x in shift_mm * away),
        tof_turn_deg=tuple(float(x) for x in turn_deg * about),
        **changes,
    )
    assert phantom.tof is not None
    nerves = np.array([p for ends in phantom.truth["ends"].values() for p in ends.values()])
    begun = time.process_time()
    found = register(phantom.volume, phantom.tof, nerves)
    seconds = time.process_time() - begun
    apart = np.c_[nerves, np.ones(4)] @ (found.matrix - np.array(phantom.truth["tof_matrix"])).T
    return {
        "error_mm": float(np.linalg.norm(apart[:, :3], axis=1).max()),
        "method": found.method,
        "unused": found.reason,
        "seconds": seconds,
    }


def rows(results: dict[tuple[str, int], Result], seeds: int) -> list[Result]:
    """One row a scene and movement, of what is done."""
    found = []
    for name in names():
        done = [results[name, seed] for seed in range(seeds) if (name, seed) in results]
        if done:
            found.append(_row(name, done))
    return found


def _row(name: str, done: list[Result]) -> Result:
    used = [one["error_mm"] for one in done if not one["unused"]]
    return {
        "scene": name,
        "n": len(done),
        "left_out": len(done) - len(used),
        "moved": sum(one["method"] == "rigid" and not one["unused"] for one in done),
        "median_mm": float(np.median(used)) if used else None,
        "worst_mm": max(used) if used else None,
        "seconds": float(np.median([one["seconds"] for one in done])),
    }


def line(found: Result) -> str:
    start = f"{found['scene']:32} {found['n']:3} {found['moved']:6} {found['left_out']:9}"
    if found["worst_mm"] is None:
        return start
    return f"{start} {found['median_mm']:7.3f} {found['worst_mm']:8.3f} {found['seconds']:7.2f}"


HEADER = f"{'scene':32} {'n':>3} moved left out {'median':>8} {'worst mm':>8} {'seconds':>7}"


def full(seeds: int, path: Path, minutes: float | None = None) -> int:
    """Register, into path; how many are left."""
    kept = Kept(path.with_suffix(".jsonl"), SOURCES)
    keys = [(name, seed) for seed in range(seeds) for name in names()]
    left = run(kept, keys, laid, minutes=minutes)
    found = rows(kept.results, seeds)
    text = json.dumps({"schema": SCHEMA, "code": kept.code, "rows": found}, indent=1)
    path.write_text(text + "\n")
    sys.stdout.write("\n".join([HEADER, *map(line, found)]) + "\n")
    return left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--json", type=Path, default=Path("var/registration.json"))
    options = parser.parse_args()
    full(options.seeds, options.json, options.minutes)


if __name__ == "__main__":
    main()
