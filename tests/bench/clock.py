"""Two clicks to table: processor time of one nerve and of both, and the memory it takes.

python -m tests.bench.clock [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from tests.bench.runs import code_digest
from tests.bench.score import ends_from

SCHEMA: Final = "clock/1"
REPEATS: Final = 9
VOXELS_MM: Final = (0.5, 0.4, 0.3)
SIDES: Final = {"one nerve": ("left",), "both nerves": ("left", "right")}

Result = dict[str, Any]


def timed() -> list[Result]:
    """The arc at each voxel size: median seconds over REPEATS, compiling not counted, and by how
    much the process grew at most meanwhile."""
    found = []
    for voxel_mm in VOXELS_MM:
        phantom = simulate("arc", seed=0, spacing_mm=(voxel_mm,) * 3)
        ends = ends_from(phantom.truth, np.random.default_rng(0), 0.0)
        for what, sides in SIDES.items():
            chosen = {side: ends[side] for side in sides}
            measure(phantom.volume, chosen)
            spent = [_once(phantom.volume, chosen) for _ in range(REPEATS)]
            processor, wall = (float(x) for x in np.median(spent, axis=0))
            found.append(
                {
                    "voxel_mm": voxel_mm,
                    "what": what,
                    "seconds": processor,
                    "wall_seconds": wall,
                    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                }
            )
    return found


def _once(volume: Any, ends: Any) -> tuple[float, float]:
    processor, wall = time.process_time(), time.perf_counter()
    measure(volume, ends)
    return time.process_time() - processor, time.perf_counter() - wall


def line(found: Result) -> str:
    return (
        f"{found['voxel_mm']:.1f} mm {found['what']:12} {found['seconds']:6.2f} s processor"
        f" {found['wall_seconds']:6.2f} s by the clock {found['peak_mb']:6.0f} MB at most"
    )


def full(path: Path) -> None:
    """The times, into path."""
    found = timed()
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"schema": SCHEMA, "code": code_digest(), "rows": found}, indent=1)
    path.write_text(text + "\n")
    sys.stdout.write("\n".join(map(line, found)) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("var/clock.json"))
    full(parser.parse_args().json)


if __name__ == "__main__":
    main()
