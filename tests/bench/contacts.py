"""`make contacts`: can a touching vessel be told from one that only passes, and from what voxels?

python -m tests.bench.contacts [--quick] [--seeds N] [--minutes M] [--json FILE]

A vessel of 1.0 mm crosses a nerve of 1.2 mm at a gap of -0.1 to 0.8 mm and an angle drawn from 30
to 90 degrees, in voxels of 0.3, 0.5 and 0.7 mm, SNR 20, clicks half a millimetre off. ROC areas set
the scans in contact (gap 0 and less) against those at one gap each: by the gap that the fit states,
and by the raw image's own score, the level at which nerve and vessel become one surface. `--quick`
is the form for continuous integration.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from imaging.nerve.errors import Refused
from imaging.nerve.measure import measure
from imaging.nerve.phantom import Phantom, simulate
from imaging.nerve.phantom_contrast import intensities
from imaging.nerve.phantom_scenarios import find
from imaging.render.sampling import sample
from tests.bench.family import ODD_CLICK_MM
from tests.bench.runs import Kept, run
from tests.bench.score import ends_from

SCHEMA = "contacts/1"
VOXELS_MM = (0.3, 0.5, 0.7)
GAPS_MM = (-0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
TOUCHES_MM = 0.0
SEEDS = 10
QUICK_VOXEL_MM, QUICK_GAPS_MM, QUICK_SEEDS = 0.5, (0.0, 0.3), 3
ANGLES_DEG = (30.0, 90.0)
NO_CONTACT_MM = 9.0
NEAR_ARC_MM = 3.0
CALLED_MM = 0.05
HALF_HEIGHT = 0.5
FINE_MM = 0.1
AROUND_MM = 1.6

Result = dict[str, Any]


def name_of(voxel_mm: float, gap_mm: float) -> str:
    return f"{voxel_mm:.1f}/{gap_mm:+.1f}"


def read(name: str, seed: int) -> Result:
    """One scan: the gap that the fit states, and the level at which the raw surfaces fuse."""
    voxel_mm, gap_mm = (float(part) for part in name.split("/"))
    rng = np.random.default_rng([seed, 12])
    angle = float(rng.uniform(*ANGLES_DEG))
    phantom = simulate(
        "touching", seed=seed, spacing_mm=(voxel_mm,) * 3, vessel_gap_mm=gap_mm,
        vessel_angle_deg=angle,
    )  # fmt: skip
    (true,) = phantom.truth["nerves"]["left"]["contacts"] or [{"arc_mm": 6.0}]
    found: Result = {"angle_deg": angle, "fuses_at": fusing_level(phantom, true["arc_mm"])}
    ends = {"left": ends_from(phantom.truth, rng, ODD_CLICK_MM)["left"]}
    try:
        nerve = measure(phantom.volume, ends).nerves["left"]
    except Refused as why:
        return found | {"refused": why.code}
    if nerve.status == "refused":
        return found | {"refused": nerve.reason_code}
    near = [c for c in nerve.contacts if abs(c.arc_mm - true["arc_mm"]) < NEAR_ARC_MM]
    if not near:
        return found | {"gap_mm": NO_CONTACT_MM}
    best = min(near, key=lambda contact: contact.gap_mm)
    return found | {"gap_mm": best.gap_mm, "gap_sd_mm": best.gap_sd_mm}


def fusing_level(phantom: Phantom, arc_mm: float) -> float:
    """The highest share of the contrast (0 fluid, 1 nerve) at which a surface of the raw image,
    interpolated by cubic splines, holds nerve and vessel in one piece."""
    truth = phantom.truth["nerves"]["left"]
    levels = intensities(find("touching").settings)
    row = min(truth["profile"], key=lambda row: abs(row["arc_mm"] - arc_mm))
    centre = np.array(row["centre_mm"])
    beside = np.concatenate([np.array(v["points_mm"]) for v in truth["vessels"]])
    vessel = beside[np.linalg.norm(beside - centre, axis=1).argmin()]
    ticks = np.arange(-AROUND_MM, AROUND_MM + FINE_MM / 2, FINE_MM)
    grid = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), axis=-1)
    values = sample(phantom.volume, (centre + vessel) / 2 + grid, order=3)
    share = (levels["fluid"] - values) / (levels["fluid"] - levels["nerve"])
    places = [_nearest(point - (centre + vessel) / 2) for point in (centre, vessel)]
    low, high = 0.0, 1.0
    while high - low > 0.005:
        middle = (low + high) / 2
        labels, _ = ndimage.label(share > middle)  # type: ignore[attr-defined]
        first, second = (labels[place] for place in places)
        low, high = (middle, high) if first == second > 0 else (low, middle)
    return low


def _nearest(offset_mm: Any) -> tuple[int, int, int]:
    count = 2 * round(AROUND_MM / FINE_MM)
    index = np.clip(np.rint((offset_mm + AROUND_MM) / FINE_MM).astype(int), 0, count)
    return int(index[0]), int(index[1]), int(index[2])


def roc_area(touching: Sequence[float], apart: Sequence[float]) -> float:
    """The chance that a touching scan has the higher score; ties count half (Mann and Whitney)."""
    pairs = np.subtract.outer(np.asarray(touching), np.asarray(apart))
    return float(np.mean((pairs > 0) + 0.5 * (pairs == 0)))


def table(results: Mapping[tuple[str, int], Result], voxels_mm: Sequence[float]) -> list[Result]:
    """One row a voxel size and gap: n, refused, stated gap, share called contact, ROC areas."""
    rows = []
    for voxel in voxels_mm:
        by_gap = {gap: _of(results, voxel, gap) for gap in GAPS_MM}
        touching = [r for gap in GAPS_MM if gap <= TOUCHES_MM for r in by_gap[gap]]
        rows += [_row(voxel, gap, own, touching) for gap, own in by_gap.items() if own]
    return rows


def _of(results: Mapping[tuple[str, int], Result], voxel: float, gap: float) -> list[Result]:
    name = name_of(voxel, gap)
    return [result for (other, _), result in sorted(results.items()) if other == name]


def _row(voxel: float, gap: float, own: list[Result], touching: list[Result]) -> Result:
    told = [r["gap_mm"] for r in own if "refused" not in r]
    seen = [value for value in told if value < NO_CONTACT_MM]
    row: Result = {
        "voxel_mm": voxel,
        "gap_mm": gap,
        "n": len(told),
        "refused": len(own) - len(told),
        "missed": len(told) - len(seen),
        "gap_bias_mm": float(np.mean(seen) - gap) if seen else None,
        "gap_sd_mm": float(np.std(seen)) if seen else None,
        "called": float(np.mean([value <= CALLED_MM for value in told])) if told else None,
        "raw_called": float(np.mean([r["fuses_at"] >= HALF_HEIGHT for r in own])),
    }
    against = [-r["gap_mm"] for r in touching if "refused" not in r]
    if gap > TOUCHES_MM and told and against:
        row["roc"] = roc_area(against, [-value for value in told])
        row["raw_roc"] = roc_area([r["fuses_at"] for r in touching], [r["fuses_at"] for r in own])
    return row


def line(row: Result) -> str:
    def text(key: str, form: str) -> str:
        value = row.get(key)
        return "--" if value is None else format(value, form)

    return (
        f"{row['voxel_mm']:5.1f} {row['gap_mm']:+5.1f} {row['n']:3d} {row['refused']:7d}"
        f" {row['missed']:6d} {text('gap_bias_mm', '+.3f'):>7} {text('gap_sd_mm', '.3f'):>6}"
        f" {text('called', '.0%'):>6} {text('roc', '.3f'):>6} {text('raw_called', '.0%'):>6}"
        f" {text('raw_roc', '.3f'):>6}"
    )


HEADER = "voxel   gap   n refused missed    bias     sd called    ROC  fused rawROC"


def quick() -> list[Result]:
    """A few seconds, for continuous integration."""
    return table(
        {
            (name_of(QUICK_VOXEL_MM, gap), seed): read(name_of(QUICK_VOXEL_MM, gap), seed)
            for gap in QUICK_GAPS_MM
            for seed in range(QUICK_SEEDS)
        },
        (QUICK_VOXEL_MM,),
    )


def misses(rows: list[Result]) -> list[str]:
    """A sentence for each bound of the quick form that a row breaks."""
    broken = [
        f"At {row['gap_mm']:.1f} mm a contact is told with an ROC area of only {row['roc']:.2f}."
        for row in rows
        if row.get("roc", 1.0) < 1.0
    ]
    return broken + [
        f"At {row['gap_mm']:.1f} mm {row['refused']} scans were refused."
        for row in rows
        if row["refused"]
    ]


def full(seeds: int, path: Path, minutes: float | None = None) -> int:
    """The long form, into path; how many scans are left."""
    kept = Kept(path.with_suffix(".jsonl"))
    names = [name_of(voxel, gap) for voxel in VOXELS_MM for gap in GAPS_MM]
    keys = [(name, seed) for seed in range(seeds) for name in names]
    left = run(kept, keys, read, minutes=minutes)
    rows = table({key: kept.results[key] for key in keys if key in kept.results}, VOXELS_MM)
    path.write_text(
        json.dumps({"schema": SCHEMA, "code": kept.code, "rows": rows}, indent=1) + "\n"
    )
    sys.stdout.write("\n".join([HEADER, *map(line, rows)]) + "\n")
    return left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--json", type=Path, default=Path("var/contacts.json"))
    options = parser.parse_args()
    if options.quick:
        rows = quick()
        sys.stdout.write("\n".join([HEADER, *map(line, rows)]) + "\n")
        broken = misses(rows)
        sys.stderr.writelines(f"{sentence}\n" for sentence in broken)
        sys.exit(1 if broken else 0)
    left = full(options.seeds, options.json, options.minutes)
    if left:
        sys.stdout.write(f"{left} scans are left; the same command goes on with them.\n")


if __name__ == "__main__":
    main()
