"""The figures of NERVE.md against what was found, each miss with its cause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.bench.family import FAMILY, STANDARD
from tests.bench.race import OURS, QUICK_VMTK, VMTK

Study = dict[str, Any]
Row = dict[str, Any]
REAL = "brain_t1_3d"
VESSELS = ("P12", "P12d", "P12e", "P12f", "P12g", "P12b", "P12c")
LOW_COVER, HIGH_COVER = 0.93, 0.97

# Why a figure is missed, said where it is. Kept true by whoever changes the numerics.
CAUSES: dict[str, str] = {
    "clean": "at the ends voxels count less, and where a nerve ends is told by its clicks alone.",
    "bias": "see the rows of P1 to P4 for which of them.",
    "sd": "the cases of P1 to P4 differ in how well the grid sees the nerve; see their rows.",
    "worst": "voxels of 0.5 x 0.5 x 1 mm leave a nerve 1.2 to 2.4 voxels across, and a Hamming "
    "filter a point spread as wide as the nerve: radius, contrast and point spread are nearly one "
    "parameter, and the stated SD (2.9 %) covers the bias. A parametric bootstrap (antithetic "
    "noise, 8 refits) finds no such bias of the fit itself and does not lessen it. Without noise "
    "either is within 0.1 %.",
    "local": "single sections hold the noise of about one voxel layer; see the bounds.",
    "notch": "the bending prior yields at one notch; knots 0.65 mm apart round one of sd 0.6 mm.",
    "uniform": "the bias is reached; with few seeds the coverage is known to a few per cent only "
    "(see n), and lies at the edge of what is asked.",
    "ratio": "see X1.",
    "gap": "see the rows of P12.",
    "coverage": "the sections' intervals reach it, those of the means fall short. The cases share "
    "their seeds: most have the same nerves outside, so that this is about one case's worth of "
    "evidence and not forty. Truly too narrow is P3d, where without noise the model's own rest is "
    "all that is left.",
    "clicks": "see the rows of the phantoms under Robustness.",
    "retest": "see P3.",
    "real": "voxels of 0.7 mm leave contrast, background and radius nearly one parameter (the "
    "bound above): the last voxels decide between them. The stated SD covers it.",
    "time": "a nerve is fitted in three stages, some 25 evaluations of the model, with a new "
    "course and new corrections for each.",
    "cpr": "see the pictures' times.",
    "frame": "smoothed edges and lamps cost the rest.",
    "vmtk": "see Peers.",
    "quick-vmtk": "at its quickest setting VMTK makes one surface and one centre line and states "
    "no uncertainty; its error there is the larger.",
}


@dataclass(frozen=True)
class Target:
    """One figure to reach. reached: None where it was not run."""

    key: str
    quantity: str
    reach: str
    found: str
    reached: bool | None

    @property
    def cause(self) -> str:
        return CAUSES.get(self.key, "") if self.reached is False else ""


def targets(study: Study) -> list[Target]:
    """In NERVE.md's order, then the issue's own."""
    rows = {row["code"]: row for row in study["family"] if row["n"]}
    return [
        *_biases(rows, study["bound"]),
        *_locals(rows),
        _ratio(study["atrophy"]),
        *_contacts(rows, study["contacts"]),
        *_coverage(rows),
        *_repeats(rows, study["repeats"]),
        *_clock(study["clock"]),
        *_times(study["bench"]),
        *_peers(study["bench"]),
    ]


def _biases(rows: dict[str, Row], bounds: list[Row]) -> list[Target]:
    (least,) = (one["by_unknown"]["course, levels"] for one in bounds if one["voxel_mm"] == 0.4)
    clean = rows["P3d"]
    standard = [rows[code] for code in STANDARD]
    bias = float(np.mean([row["bias"] for row in standard]))
    volume = float(np.mean([row["window"] for row in standard]))
    ratio = _rms(row["sd"] for row in standard) / least
    counted = [rows[case.code] for case in FAMILY if case.in_figure and case.code in rows]
    by_bias = sorted(counted, key=lambda row: -abs(row["bias"]))
    worst = by_bias[0]
    return [
        Target(
            "clean", "bias of mean CSA and V without noise", "<= 0.3 %",
            f"{clean['bias']:+.2%}, {clean['volume']:+.2%}",
            max(abs(clean["bias"]), abs(clean["volume"])) <= 0.003,
        ),
        Target(
            "bias", "bias of mean CSA; of V over 10 mm (standard case)", "<= 0.5 %",
            f"{bias:+.2%}; {volume:+.2%}", max(abs(bias), abs(volume)) <= 0.005,
        ),
        Target(
            "sd", "SD of mean CSA over Cramér and Rao's bound (standard case)", "<= 1.2",
            f"{ratio:.2f}", ratio <= 1.2,
        ),
        Target(
            "worst", "worst bias over the family", "<= 1 %",
            "; ".join(f"{row['bias']:+.2%} ({row['name']})" for row in by_bias[:3]),
            abs(worst["bias"]) <= 0.01,
        ),
    ]  # fmt: skip


def _locals(rows: dict[str, Row]) -> list[Target]:
    standard = [rows[code] for code in STANDARD]
    local = float(np.sqrt(np.mean([row["local"] ** 2 for row in standard])))
    uniform = float(np.mean([row["minimum"] for row in standard]))
    held = float(np.mean([row["covers_minimum"] for row in standard]))
    notch = rows["P8"]["notch"]
    return [
        Target("local", "local CSA RMS (standard case)", "<= 3 %", f"{local:.2%}", local <= 0.03),
        Target(
            "notch", "minimum at a 30 % notch", "<= 3 %", f"{notch:+.1%}", abs(notch) <= 0.03
        ),
        Target(
            "uniform", "minimum of a uniform nerve; its interval holds the truth",
            "<= 2 %; 93 to 97 %", f"{uniform:+.1%}; {held:.0%}",
            abs(uniform) <= 0.02 and LOW_COVER <= held <= HIGH_COVER,
        ),
    ]  # fmt: skip


def _ratio(atrophy: Row) -> Target:
    if not atrophy["n"]:
        return Target("ratio", "affected over unaffected, true 0.694", "+- 0.01", "--", None)
    off = abs(atrophy["mean"] - 0.694)
    return Target(
        "ratio", "affected over unaffected, true 0.694", "+- 0.01",
        f"{atrophy['mean']:.4f} (SD {atrophy['sd']:.4f}, {atrophy['n']} scans)", off <= 0.01,
    )  # fmt: skip


def _contacts(rows: dict[str, Row], contacts: list[Row]) -> list[Target]:
    vessels = [rows[code] for code in VESSELS if code in rows and rows[code]["gap_rms"] is not None]
    gap = _rms(row["gap_rms"] for row in vessels)
    angle = _rms(float(np.hypot(row["angle"], row["angle_sd"])) for row in vessels)
    missed = sum(row["missed"] for row in vessels)
    near = [row for row in contacts if row["gap_mm"] >= 0.2 and "roc" in row]
    fine = [row["roc"] for row in near if row["voxel_mm"] <= 0.5]
    coarse = [row["roc"] for row in near if row["voxel_mm"] > 0.5]
    return [
        Target(
            "gap", "gap; angle, from an automatic start (RMS)", "0.03 mm; 1 deg",
            f"{gap:.3f} mm; {angle:.1f} deg; {missed} contacts missed",
            gap <= 0.03 and angle <= 1.0 and missed == 0,
        ),
        Target(
            "roc", "contact against a gap of 0.2 mm or more: ROC area at 0.3 and 0.5; 0.7 mm",
            "stated", f"{min(fine):.3f}; {min(coarse):.3f} (least)" if near else "--", None,
        ),
    ]  # fmt: skip


def _coverage(rows: dict[str, Row]) -> list[Target]:
    counted = [rows[case.code] for case in FAMILY if case.in_figure and case.code in rows]
    nerves = [row["n"] for row in counted]
    sections = float(np.average([row["covers_sections"] for row in counted], weights=nerves))
    means = float(np.average([row["covers_mean"] for row in counted], weights=nerves))
    standard = [rows[code] for code in STANDARD]
    usual = float(np.mean([row["covers_sections"] for row in standard]))
    usual_mean = float(np.mean([row["covers_mean"] for row in standard]))
    good = all(LOW_COVER <= value <= HIGH_COVER for value in (usual, usual_mean, sections, means))
    return [
        Target(
            "coverage", "stated 95 % intervals hold (sections; means)", "93 to 97 %",
            f"standard {usual:.0%}; {usual_mean:.0%}, family {sections:.0%}; {means:.0%}", good,
        )
    ]  # fmt: skip


def _repeats(rows: dict[str, Row], repeats: list[Row]) -> list[Target]:
    phantoms = [row for row in repeats if row["scan"] != REAL and "cv" in row]
    real = [row for row in repeats if row["scan"] == REAL and "cv" in row]
    clicks = _rms(row["cv"] for row in phantoms)
    retest = rows["P3"]
    found = [
        Target(
            "clicks", "CV of mean CSA over clicks 0.5 mm off", "<= 0.2 %", f"{clicks:.2%}",
            clicks <= 0.002,
        ),
        Target(
            "retest", "test-retest CV (arc) against the bound", "at the bound",
            f"{retest['sd']:.2%} against {retest['bound']:.2%}",
            retest["sd"] <= 1.2 * retest["bound"],
        ),
    ]  # fmt: skip
    told = "; ".join(f"{row['side']} {row['cv']:.1%}" for row in real)
    plausible = all(0.5 < row["mean_mm2"] < 2.5 for row in real)
    return [
        *found,
        Target(
            "real", "real scan: CV of mean CSA over 20 pairs of clicks", "< 3 %", told or "--",
            all(row["cv"] < 0.03 for row in real) and plausible if real else None,
        ),
    ]  # fmt: skip


def _clock(rows: list[Row]) -> list[Target]:
    spent = {(one["voxel_mm"], one["what"]): one["seconds"] for one in rows}
    if not spent:
        return [Target("time", "two clicks to table, one core", "<= 0.25 s", "--", None)]
    standard = spent[0.5, "one nerve"]
    return [
        Target(
            "time",
            "two clicks to table, one core, 0.5 mm (0.4 mm; both nerves at 0.5 and 0.4 mm)",
            "<= 0.25 s",
            f"{standard:.2f} s ({spent[0.4, 'one nerve']:.2f}; "
            f"{spent[0.5, 'both nerves']:.2f} and {spent[0.4, 'both nerves']:.2f} s)",
            standard <= 0.25,
        )
    ]


def _times(bench: Study) -> list[Target]:
    pictures = {one["picture"]: one["seconds"] for one in bench["pictures"]}
    four, stretched = (pictures.get(n) for n in ("straightened CPR, 4 angles", "stretched CPR"))
    moving, anew = (
        pictures.get(f"endoscopy, 512 x 512, {how}") for how in ("moving", "new window")
    )
    frame, how = (anew, " with its window, made anew") if moving is None else (moving, ", moving")
    return [
        Target(
            "cpr", "straightened CPR, 4 angles; stretched", "<= 0.05 s",
            f"{four:.3f}; {stretched:.3f} s", max(four, stretched) <= 0.05,
        ),
        Target(
            "frame", "endoscopy frame 512 x 512 on a CPU", "16 ms",
            "--" if frame is None else f"{1000 * frame:.0f} ms{how}",
            None if frame is None else frame <= 0.016,
        ),
    ]  # fmt: skip


def _peers(bench: Study) -> list[Target]:
    ours = _method(bench, OURS, "all")
    best, quick = (_method(bench, name, "all") for name in (VMTK, QUICK_VMTK))
    if best is None or quick is None:
        word = bench["vmtk"]
        return [Target("vmtk", "against VMTK: time; error", "<= 1; <= 1/10", word, None)]
    error, time = ours["rms"] / best["rms"], ours["seconds"] / best["seconds"]
    return [
        Target(
            "vmtk", "against VMTK at its most accurate setting: time; error of the mean",
            "<= 1; <= 1/10", f"{time:.2f}; 1/{1 / error:.0f}", time <= 1 and error <= 0.1,
        ),
        Target(
            "quick-vmtk", "against VMTK at its quickest setting: time; error of the mean",
            "<= 1; <= 1/10",
            f"{ours['seconds'] / quick['seconds']:.1f}; 1/{quick['rms'] / ours['rms']:.0f}",
            ours["seconds"] <= quick["seconds"] and ours["rms"] <= quick["rms"] / 10,
        ),
    ]  # fmt: skip


def _method(bench: Study, method: str, scenario: str) -> Any:
    own = [
        lap for lap in bench["methods"] if lap["method"] == method and lap["scenario"] == scenario
    ]
    return own[0] if own else None


def _rms(values: Iterable[float]) -> float:
    found = list(values)
    return float(np.sqrt(np.mean(np.square(found)))) if found else float("nan")
