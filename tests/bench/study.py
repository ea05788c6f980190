"""`make study`: every run, then the tables and figures of docs/measurement.md.

python -m tests.bench.study [--seeds N] [--minutes M] [--write]

The runs write var/*.json and go on where they were stopped; `--write` only draws from what is
there. What the document needs of them is kept in docs/measurement/study.json, so that the document
can be made again, and checked, without the runs. A part that was not run here stays as it is kept
there, and is said to be of other numerics where it is.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import accuracy, clock, contacts, registration, repeats, suggested
from tests.bench.__main__ import run_bench
from tests.bench.bound import bound
from tests.bench.family import FAMILY
from tests.bench.runs import code_digest
from tests.bench.study_figures import figures
from tests.bench.study_tables import SECTIONS

VAR = Path("var")
DOCUMENT = Path("docs/measurement.md")
FOLDER = Path("docs/measurement")
KEPT = FOLDER / "study.json"
BOUND_VOXELS_MM = (0.3, 0.4, 0.5, 0.7)
BENCH_SEEDS = 5
DIGITS = 5
PARTS = ("accuracy", "contacts", "repeats", "bench", "clock", "suggested", "registration")
OWN_SOURCES = {"suggested": suggested.SOURCES, "registration": registration.SOURCES}

Study = dict[str, Any]


def run_all(seeds: int, minutes: float | None) -> int:
    """Every run, the dear one last; how many scans are left where the minutes were over."""
    started = time.monotonic()

    def left_over() -> float | None:
        return None if minutes is None else max(minutes - (time.monotonic() - started) / 60, 0.0)

    if not _done(VAR / "bench.json"):
        run_bench(VAR / "bench.json", seeds=BENCH_SEEDS)
    if not _done(VAR / "clock.json"):
        clock.full(VAR / "clock.json")
    left = repeats.full(seeds, VAR / "repeats.json", left_over())
    left += registration.full(registration.SEEDS, VAR / "registration.json", left_over())
    left += suggested.full(suggested.SEEDS, VAR / "suggested.json", left_over())
    left += contacts.full(contacts.SEEDS, VAR / "contacts.json", left_over())
    return left + accuracy.full(seeds, list(FAMILY), VAR / "accuracy.json", left_over())


def _done(path: Path) -> bool:
    """Whether the race was run with these numerics."""
    return path.exists() and json.loads(path.read_text()).get("code") == code_digest()


def gathered() -> Study:
    """What the document says, of what the runs wrote."""
    found = {name: _read(name) for name in PARTS}
    before = {} if all(found.values()) else json.loads(KEPT.read_text())
    codes = {name: one.get("code", _code_of(name, before)) for name, one in found.items()}
    return rounded(
        {
            "code": codes["accuracy"],
            "codes": codes,
            "sources_changed": codes["accuracy"] != code_digest(),
            "of_other_code": sorted(n for n, code in codes.items() if code != _wanted(n, codes)),
            "machine": {"python": platform.python_version(), "processors": 2},
            **(_family(found["accuracy"]) if found["accuracy"] else _kept_family(before)),
            **{
                name: found[name].get("rows") or before.get(name, [])
                for name in ("contacts", "repeats", "clock", "suggested", "registration")
            },
            "bench": _bench(found["bench"]) if found["bench"] else before["bench"],
        }
    )


def _wanted(name: str, codes: dict[str, str]) -> str:
    """The numerics that a part should be of: the family's, or what it alone is made by."""
    return code_digest(OWN_SOURCES[name]) if name in OWN_SOURCES else codes["accuracy"]


def _read(name: str) -> Study:
    """What a run wrote; empty where it was not run here."""
    path = VAR / f"{name}.json"
    found: Study = json.loads(path.read_text()) if path.exists() else {}
    return found


def _family(run: Study) -> Study:
    """The family's part of the study, with the bound that it is held against."""
    return {
        "family": run["rows"],
        "seeds": len({record["seed"] for record in run["records"]}),
        "atrophy": atrophy(run["records"]),
        "bound": [asdict(bound(voxel)) for voxel in BOUND_VOXELS_MM],
    }


def _kept_family(before: Study) -> Study:
    return {name: before[name] for name in ("family", "seeds", "atrophy", "bound")}


def _code_of(name: str, before: Study) -> str:
    """The numerics of a part that stays as it was in the kept study."""
    return str(before.get("codes", {}).get(name, before.get("code", "")))


def atrophy(records: list[Study]) -> Study:
    """The affected nerve's area over the other's, scan by scan; true 0.694."""
    areas = {
        (record["seed"], record["side"]): record["area_mm2"]
        for record in records
        if record["code"] == "X1" and record["refused"] is None
    }
    seeds = sorted({seed for seed, _ in areas if {(seed, "left"), (seed, "right")} <= set(areas)})
    ratios = [areas[seed, "left"] / areas[seed, "right"] for seed in seeds]
    if not ratios:
        return {"n": 0, "mean": None, "sd": None}
    return {"n": len(ratios), "mean": float(np.mean(ratios)), "sd": float(np.std(ratios))}


def _bench(found: Study) -> Study:
    """Each method's errors and times by scenario, and the pictures' times."""
    return {
        "seeds": len(found["seeds"]),
        "vmtk": found["vmtk"],
        "chosen_settings": found["chosen_settings"],
        "methods": [_method(lap) for lap in found["nerve"]],
        "pictures": [
            {
                "picture": drawing["picture"],
                "seconds": float(np.median(drawing["seconds"])) if drawing["seconds"] else None,
                "reason": drawing["reason"],
            }
            for drawing in found["pictures"]
        ],
    }


def _method(lap: Study) -> Study:
    mean, local = np.array(lap["mean"]), np.array(lap["local"])
    return {
        "scenario": lap["scenario"],
        "method": lap["method"],
        "n": len(mean),
        "refused": len(lap["refused"]),
        "bias": float(mean.mean()) if len(mean) else None,
        "sd": float(mean.std()) if len(mean) else None,
        "rms": float(np.sqrt(np.mean(mean**2))) if len(mean) else None,
        "local": float(np.sqrt(np.mean(local**2))) if len(local) else None,
        "seconds": float(np.median(lap["seconds"])) if lap["seconds"] else None,
    }


def rounded(value: Any) -> Any:
    """The same with floats of DIGITS significant digits: what is said is not finer."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return value


def written(text: str, study: Study) -> str:
    """The document with each marked section made anew."""
    for name, section in SECTIONS.items():
        text = _replaced(text, name, section(study))
    return text


def _replaced(text: str, name: str, body: str) -> str:
    start, stop = f"<!-- study: {name} -->", f"<!-- end: {name} -->"
    pattern = re.compile(re.escape(start) + r".*?" + re.escape(stop), re.DOTALL)
    made, count = pattern.subn(lambda _: f"{start}\n{body.strip()}\n{stop}", text)
    if count != 1:
        raise ValueError(f"docs/measurement.md has {count} sections named {name}, not one")
    return made


def write(study: Study, draw: Callable[[Study], dict[str, bytes]] = figures) -> None:
    """The kept numbers, the figures and the document."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps(study, indent=1) + "\n")
    for name, picture in draw(study).items():
        (FOLDER / name).write_bytes(picture)
    DOCUMENT.write_text(written(DOCUMENT.read_text(), study))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--write", action="store_true", help="only draw from what is in var/")
    options = parser.parse_args()
    left = 0 if options.write else run_all(options.seeds, options.minutes)
    write(gathered())
    sys.stdout.write(f"{DOCUMENT} and {FOLDER}/ are written; {left} scans are left.\n")


if __name__ == "__main__":
    main()
