"""`make bench`: the nerve measurement beside its peers and the pictures' speed.

python -m tests.bench [--seeds N] [--scenario NAME ...] [--no-vmtk] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.drawing import Drawing, drawings
from tests.bench.drawing import line as drawing_line
from tests.bench.race import SCENARIOS, Lap, race
from tests.bench.runs import code_digest
from tests.bench.table import lines, together
from tests.bench.vmtk_peer import VERSION as VMTK_VERSION
from tests.bench.vmtk_peer import NoVmtk, Vmtk, prepared

SCHEMA = "bench/2"
LIBRARIES = ("numpy", "scipy", "numba", "SimpleITK", "scikit-image", "vtk")
ABOUT = """\
Nerves of 1.2 mm, voxels of 0.4 mm, Rician noise at SNR 20, both sides, seeds 0 to {last}.
Ours gets the two end points. The peers get more: the true intensities, and all but VMTK the true
course, its planes and length; VMTK gets the two end points and the box about the nerve, and finds
its own centre line. The voxel count and VMTK are shown at the setting that is best over this run.
Errors of the mean area (bias, sd, rms) and of single sections (local, rms). Seconds: processor time
a scan, both nerves, median and range, without compiling. The last two columns: how many times our
error (mean, local).
"""


def vmtk_or_word(wanted: bool = True) -> tuple[Vmtk | None, str]:
    """VMTK running, or what is to be said of why it is not."""
    if not wanted:
        return None, "VMTK itself: skipped, as asked; its principle runs above, by VTK."
    try:
        return Vmtk(
            prepared()
        ), f"VMTK itself: {VMTK_VERSION} from PyPI, in a Python 3.12 of its own."
    except NoVmtk as why:
        return None, f"VMTK itself: skipped, {why}; its principle runs above, by VTK."


def document(
    laps: list[Lap], chosen: dict[str, str], drawn: list[Drawing], seeds: int, word: str
) -> dict[str, Any]:
    """What var/bench.json holds; errors are fractions."""
    return {
        "schema": SCHEMA,
        "code": code_digest(),
        "python": platform.python_version(),
        "machine": {"processors": os.cpu_count(), "architecture": platform.machine()},
        "libraries": {name: version(name) for name in LIBRARIES},
        "seeds": list(range(seeds)),
        "nerve": [asdict(lap) for lap in laps + together(laps)],
        "pictures": [asdict(drawing) for drawing in drawn],
        "chosen_settings": chosen,
        "vmtk": word,
    }


def run_bench(
    path: Path, *, seeds: int, scenarios: Sequence[str] = SCENARIOS, vmtk_wanted: bool = True
) -> None:
    """The race and the pictures, told on standard output and into path."""
    sys.stdout.write(ABOUT.format(last=seeds - 1) + "\n")
    vmtk, word = vmtk_or_word(vmtk_wanted)
    with vmtk or nullcontext():
        laps, chosen = race(scenarios, seeds, vmtk)
    sys.stdout.write("\n".join(lines(laps)) + "\n\n")
    sys.stdout.writelines(f"{method}: {setting}\n" for method, setting in chosen.items())
    sys.stdout.write(word + "\n\n")
    drawn = drawings()
    sys.stdout.write("Pictures: processor seconds, median and range\n")
    sys.stdout.write("\n".join(drawing_line(drawing) for drawing in drawn) + "\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document(laps, chosen, drawn, seeds, word), indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, default=[])
    parser.add_argument("--no-vmtk", action="store_true", help="do not install or run VMTK")
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"))
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("there must be at least one seed")
    run_bench(
        options.json,
        seeds=options.seeds,
        scenarios=options.scenario or SCENARIOS,
        vmtk_wanted=not options.no_vmtk,
    )


if __name__ == "__main__":
    main()
