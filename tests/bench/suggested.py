"""How often end points are suggested on head-like scenes, and how far off they are:
`python -m tests.bench.suggested --seeds 10`."""

from __future__ import annotations

import argparse
import time
from typing import Any, Final

import numpy as np

from imaging.nerve.phantom import simulate
from imaging.nerve.suggest import SIDES, suggest_ends

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


def distances_mm(changes: dict[str, Any], seed: int) -> tuple[list[float], float]:
    """Distances of the four suggested ends, none where it abstains; processor seconds."""
    phantom = simulate("head", seed=seed, anatomy=seed, **changes)
    begun = time.process_time()
    found = suggest_ends(phantom.volume)
    seconds = time.process_time() - begun
    truth = phantom.truth["ends"]
    ends = [
        float(np.linalg.norm(np.array(getattr(found.ends[side], name)) - truth[side][name]))
        for side in SIDES
        if side in found.ends
        for name in ("brainstem_mm", "canal_mm")
    ]
    return ends, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    seeds = range(parser.parse_args().seeds)
    print(f"{'scene':28} {'given':>7} {'far off':>7} {'median':>7} {'worst mm':>8} {'seconds':>7}")
    for name, changes in CASES.items():
        runs = [distances_mm(changes, seed) for seed in seeds]
        given = [ends for ends, _ in runs if ends]
        far = sum(max(ends) > FAR_MM for ends in given)
        away = np.array(given).ravel() if given else np.array([np.nan])
        print(
            f"{name:28} {len(given):3}/{len(runs):3} {far:7} {np.median(away):7.2f} "
            f"{away.max():8.2f} {np.median([s for _, s in runs]):7.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
