"""How often end points are suggested on head-like scenes, and how far off they are.

python -m tests.bench.suggested [--seeds N] [--minutes M] [--json FILE]
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
from imaging.nerve.suggest import SIDES, suggest_ends
from tests.bench.runs import Kept, run

SCHEMA: Final = "suggested/1"
SEEDS: Final = 10
SOURCES: Final = ("suggest.py", "phantom.py")
FAR_MM: Final = 2.0
CASES: Final[dict[str, dict[str, Any]]] = {
    "dark": {},
    "bright": {"polarity": "bright"},
    "oblique": {"tilt_deg": (12.0, 8.0)},
    "oblique, bright": {"tilt_deg": (-15.0, -6.0), "polarity": "bright"},
    "0.4 x 0.4 x 0.8 mm": {"spacing_mm": (0.4, 0.4, 0.8), "size": (200, 160, 32)},
    "0.5 x 0.5 x 1.0 mm, bright": {
        "spacing_mm": (0.5, 0.5, 1.0),
        "size": (160, 128, 26),
        "polarity": "bright",
    },
    "0.7 mm": {"spacing_mm": (0.7, 0.7, 0.7), "size": (114, 92, 37)},
    "SNR 12": {"snr": 12.0},
    "1.0 mm nerve, SNR 15": {"diameter_mm": 1.0, "snr": 15.0},
    "coil profile 30 %": {"bias": 0.3},
    "banding": {"banding": 0.3},
    "CN VIII at 0.3 mm": {"neighbour_gap_mm": 0.3},
}

Result = dict[str, Any]


def looked_for(name: str, seed: int) -> Result:
    """Distances of the four suggested ends from the true ones, mm, none where it abstains; and the
    processor time. Every seed is an anatomy of its own."""
    phantom = simulate("head", seed=seed, anatomy=seed, **CASES[name])
    begun = time.process_time()
    found = suggest_ends(phantom.volume)
    seconds = time.process_time() - begun
    truth = phantom.truth["ends"]
    ends = [
        float(np.linalg.norm(np.array(getattr(found.ends[side], point)) - truth[side][point]))
        for side in SIDES
        if side in found.ends
        for point in ("brainstem_mm", "canal_mm")
    ]
    return {"ends_mm": ends, "seconds": seconds}


def rows(results: dict[tuple[str, int], Result], seeds: int) -> list[Result]:
    """One row a scene, of what is done."""
    found = []
    for name in CASES:
        done = [results[name, seed] for seed in range(seeds) if (name, seed) in results]
        if done:
            found.append(_row(name, done))
    return found


def _row(name: str, done: list[Result]) -> Result:
    given = [one["ends_mm"] for one in done if one["ends_mm"]]
    away = [mm for ends in given for mm in ends]
    return {
        "scene": name,
        "n": len(done),
        "given": len(given),
        "far": sum(max(ends) > FAR_MM for ends in given),
        "median_mm": float(np.median(away)) if away else None,
        "worst_mm": max(away) if away else None,
        "seconds": float(np.median([one["seconds"] for one in done])),
    }


def line(found: Result) -> str:
    start = f"{found['scene']:28} {found['given']:3}/{found['n']:3} {found['far']:7}"
    if found["worst_mm"] is None:
        return start
    return f"{start} {found['median_mm']:7.2f} {found['worst_mm']:8.2f} {found['seconds']:7.2f}"


HEADER = f"{'scene':28} {'given':>7} {'far off':>7} {'median':>7} {'worst mm':>8} {'seconds':>7}"


def full(seeds: int, path: Path, minutes: float | None = None) -> int:
    """Look for the ends, into path; how many scenes are left."""
    kept = Kept(path.with_suffix(".jsonl"), SOURCES)
    keys = [(name, seed) for seed in range(seeds) for name in CASES]
    left = run(kept, keys, looked_for, minutes=minutes)
    found = rows(kept.results, seeds)
    text = json.dumps({"schema": SCHEMA, "code": kept.code, "rows": found}, indent=1)
    path.write_text(text + "\n")
    sys.stdout.write("\n".join([HEADER, *map(line, found)]) + "\n")
    return left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--json", type=Path, default=Path("var/suggested.json"))
    options = parser.parse_args()
    full(options.seeds, options.json, options.minutes)


if __name__ == "__main__":
    main()
