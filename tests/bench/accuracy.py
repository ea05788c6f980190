"""`make accuracy`: the fit against the phantom family, as a table and var/accuracy.json.

python -m tests.bench.accuracy [--quick] [--seeds N] [--case CODE ...] [--minutes M] [--json FILE]

Every second seed is measured from clicks half a millimetre off. A run that was stopped goes on
where it was, as long as the numerics are the same; the seeds go round by round, so that a run cut
short by --minutes has every case. `--quick` is the form for continuous integration: four cases, two
seeds, true end points, and an exit code of 1 with a sentence for each bound that is broken.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.family import FAMILY, Case, case, click_mm
from tests.bench.runs import Kept, run
from tests.bench.score import Record, scored
from tests.bench.summary import HEADER, Row, line, row

SCHEMA = "accuracy/2"
QUICK = ("P2", "P3", "P8", "P12")
QUICK_SEEDS = 2
BIAS_BOUND = 0.01
LOCAL_BOUND = 0.025
COVERED_BOUND = 0.75
GAP_BOUND_MM = 0.06


def scored_by_code(code: str, seed: int) -> list[dict[str, Any]]:
    """What a process is asked for."""
    return [asdict(record) for record in scored(case(code), seed, click_mm(seed))]


def keys(cases: list[Case], seeds: int) -> list[tuple[str, int]]:
    """Round by round, so that a run cut short has every case."""
    return [(c.code, seed) for seed in range(seeds) for c in cases if seed < c.most_seeds]


def rows(kept: Kept, cases: list[Case], seeds: int) -> list[Row]:
    """One row a case, of what is done."""
    return [row(found, records(kept, found, seeds)) for found in cases]


def records(kept: Kept, found: Case, seeds: int) -> list[Record]:
    done = (kept.results.get((found.code, seed), []) for seed in range(seeds))
    return [Record(**record) for result in done for record in result]


def misses(found: Case, done: list[Record]) -> list[str]:
    """A sentence for each bound of the quick form that a case breaks."""
    good = [record for record in done if record.refused is None]
    broken = [f"{found.name}: refused, {r.reason}" for r in done if r.refused is not None]
    if not good:
        return broken
    bias = float(np.mean([record.mean for record in good]))
    local = float(np.mean([record.local for record in good]))
    covered = float(np.mean([record.covered for record in good]))
    if abs(bias) >= BIAS_BOUND:
        broken.append(f"{found.name}: the mean area is {bias:+.2%} off on average.")
    if local >= LOCAL_BOUND:
        broken.append(f"{found.name}: single sections are {local:.2%} off (RMS).")
    if covered < COVERED_BOUND:
        broken.append(f"{found.name}: stated intervals hold only {covered:.0%} of the areas.")
    missed = sum(record.missed for record in good)
    if missed:
        broken.append(f"{found.name}: contacts missed: {missed}.")
    gap = max((abs(value) for record in good for value in record.gap), default=0.0)
    if gap >= GAP_BOUND_MM:
        broken.append(f"{found.name}: a gap is {gap:.3f} mm off.")
    return broken


def quick() -> dict[Case, list[Record]]:
    """The short form: a few seconds, for continuous integration."""
    return {
        case(code): [r for seed in range(QUICK_SEEDS) for r in scored(case(code), seed, 0.0)]
        for code in QUICK
    }


def report_quick() -> int:
    """Print the short form's table and what it breaks; the exit code."""
    done = quick()
    broken = [sentence for found, own in done.items() for sentence in misses(found, own)]
    table = [line(row(found, own)) for found, own in done.items()]
    sys.stdout.write("\n".join([HEADER, *table]) + "\n")
    sys.stderr.writelines(f"{sentence}\n" for sentence in broken)
    return 1 if broken else 0


def document(kept: Kept, cases: list[Case], seeds: int) -> dict[str, Any]:
    """What var/accuracy.json holds: rows, and the records that they are made of."""
    return {
        "schema": SCHEMA,
        "code": kept.code,
        "rows": [asdict(found) for found in rows(kept, cases, seeds)],
        "records": [asdict(record) for found in cases for record in records(kept, found, seeds)],
    }


def full(seeds: int, cases: list[Case], path: Path, minutes: float | None = None) -> int:
    """The long form, into path; how many scans are left."""
    kept = Kept(path.with_suffix(".jsonl"))
    left = run(kept, keys(cases, seeds), scored_by_code, minutes=minutes)
    path.write_text(json.dumps(document(kept, cases, seeds), indent=1) + "\n")
    table = [line(found) for found in rows(kept, cases, seeds)]
    sys.stdout.write("\n".join([HEADER, *table]) + "\n")
    return left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--case", action="append", default=[], choices=[c.code for c in FAMILY])
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--json", type=Path, default=Path("var/accuracy.json"))
    options = parser.parse_args()
    if options.quick:
        sys.exit(report_quick())
    cases = [case(code) for code in options.case] or list(FAMILY)
    left = full(options.seeds, cases, options.json, options.minutes)
    if left:
        sys.stdout.write(f"{left} scans are left; the same command goes on with them.\n")


if __name__ == "__main__":
    main()
