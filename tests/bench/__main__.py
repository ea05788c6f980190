"""`make bench`: the nerve measurement beside its peers and the pictures' speed.

python -m tests.bench [--seeds N] [--scenario NAME ...] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.bench.drawing import Drawing, drawings
from tests.bench.drawing import line as drawing_line
from tests.bench.race import SCENARIOS, Lap, race
from tests.bench.table import lines, together

SCHEMA = "bench/1"
LIBRARIES = ("numpy", "scipy", "numba", "SimpleITK", "scikit-image", "vtk")
ABOUT = """\
Nerves of 1.2 mm, voxels of 0.4 mm, Rician noise at SNR 20, both sides, seeds 0 to {last}.
Ours gets the two end points. The peers get more: the true course, its planes and length, the true
intensities, and for the voxel count the threshold that is best over this run. Errors of the mean
area (bias, sd, rms) and of single sections (local, rms). Seconds: processor time a scan, both
nerves, median and range, without compiling; a peer's path is given, ours is found in the time.
The last two columns: how many times our error (mean, local).
"""


def vmtk_word() -> str:
    """What is to be said of VMTK itself."""
    here = platform.python_version()
    if find_spec("vmtk") is None:
        return (
            f"VMTK itself: skipped, its wheels need Python 3.12 or newer and this is {here}; "
            "its principle runs above, by VTK."
        )
    return "VMTK itself: installed, but not run; its principle runs above, by VTK."


def document(laps: list[Lap], drawn: list[Drawing], seeds: int) -> dict[str, Any]:
    """What var/bench.json holds; errors are fractions."""
    return {
        "schema": SCHEMA,
        "python": platform.python_version(),
        "machine": {"processors": os.cpu_count(), "architecture": platform.machine()},
        "libraries": {name: version(name) for name in LIBRARIES},
        "seeds": list(range(seeds)),
        "nerve": [asdict(lap) for lap in laps + together(laps)],
        "pictures": [asdict(drawing) for drawing in drawn],
        "skipped": [vmtk_word()],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, default=[])
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"))
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("there must be at least one seed")
    sys.stdout.write(ABOUT.format(last=options.seeds - 1) + "\n")
    laps = race(options.scenario or SCENARIOS, options.seeds)
    sys.stdout.write("\n".join(lines(laps)) + "\n\n")
    drawn = drawings()
    sys.stdout.write("Pictures: processor seconds, median and range\n")
    sys.stdout.write("\n".join(drawing_line(drawing) for drawing in drawn) + "\n\n")
    sys.stdout.write(vmtk_word() + "\n")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(document(laps, drawn, options.seeds), indent=1) + "\n")


if __name__ == "__main__":
    main()
