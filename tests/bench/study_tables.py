"""The study's tables as Markdown, one function a marked section of docs/measurement.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.bench.race import OURS
from tests.bench.study_targets import targets

Study = dict[str, Any]


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def per_cent(value: float | None, digits: int = 2, sign: str = "+") -> str:
    return "" if value is None else f"{100 * value:{sign}.{digits}f}"


def plain(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def summary(study: Study) -> str:
    """What the numbers were made with."""
    said = (
        f"Made by `make study` with numerics `{study['code']}` (digest of their sources), "
        f"up to {study['seeds']} seeds of both sides, Python {study['machine']['python']}, "
        "one BLAS thread, two processes on two shared cores."
    )
    if study["of_other_code"]:
        names = ", ".join(study["of_other_code"])
        said += f" **Made with other numerics than these: {names}.**"
    if study["sources_changed"]:
        said += " **The sources have changed since; run it again.**"
    return said


def reached(study: Study) -> str:
    """NERVE.md's figures, and why those that are missed are."""
    found = targets(study)
    word = {True: "yes", False: "**no**", None: "--"}
    table = markdown(
        ["quantity", "to reach", "found", "reached"],
        ([t.quantity, t.reach, t.found, word[t.reached]] for t in found),
    )
    missed = [f"* **{t.quantity}**: {t.cause}" for t in found if t.reached is False]
    return table + ("\n\nMissed, and why:\n\n" + "\n".join(missed) if missed else "")


def family(study: Study) -> str:
    """One row a case of the family."""
    head = [
        "case", "n", "bias", "SD", "stated", "bound", "V", "V 10 mm", "local", "covers", "min",
        "notch", "gap mm", "angle", "s", "refused, notes",
    ]  # fmt: skip
    return markdown(head, (_case(row) for row in study["family"]))


def _case(row: Study) -> list[str]:
    notes = [f"{count} {code}" for code, count in row["refused"].items()]
    for key in ("missed", "invented"):
        notes += [f"{row[key]} contacts {key}"] * bool(row[key])
    notes += [f"{row['flagged']} flagged"] * bool(row["flagged"])
    notes += [f"{kind.replace('>', ' as ')} {n}" for kind, n in sorted(row["kinds"].items())]
    covers = [row[f"covers_{name}"] for name in ("sections", "mean", "minimum")]
    return [
        f"{row['code']} {row['name']}",
        str(row["n"]),
        per_cent(row["bias"]),
        *(per_cent(row[key], 2, "") for key in ("sd", "stated", "bound")),
        per_cent(row["volume"]),
        per_cent(row["window"]),
        per_cent(row["local"], 1, ""),
        " / ".join(per_cent(value, 0, "") for value in covers) if row["n"] else "",
        per_cent(row["minimum"], 1),
        per_cent(row["notch"], 1),
        _with_sd(row["gap"], row["gap_sd"], 3),
        _with_sd(row["angle"], row["angle_sd"], 1),
        f"{row['seconds']:.2f}",
        "; ".join(notes),
    ]


def _with_sd(value: float | None, spread: float | None, digits: int) -> str:
    return "" if value is None else f"{value:+.{digits}f} ± {spread:.{digits}f}"


def bounds(study: Study) -> str:
    """Cramér and Rao's bound from the painter, beside what the fit states and shows."""
    rows = {row["code"]: row for row in study["family"] if row["n"]}
    shown = {0.3: rows.get("P3c"), 0.4: rows.get("P2"), 0.5: rows.get("P3b")}
    head = ["voxel mm", *study["bound"][0]["by_unknown"], "stated SD", "observed SD"]
    table = []
    for one in study["bound"]:
        own = shown.get(one["voxel_mm"]) or {"stated": None, "sd": None}
        limits = [per_cent(value, 2, "") for value in one["by_unknown"].values()]
        seen = [per_cent(own["stated"], 2, ""), per_cent(own["sd"], 2, "")]
        table.append([f"{one['voxel_mm']:.1f}", *limits, *seen])
    return markdown(head, table)


def contacts(study: Study) -> str:
    head = [
        "voxel mm", "gap mm", "n", "refused", "no vessel found", "gap's bias", "gap's SD",
        "called contact", "ROC area", "raw surfaces fused", "ROC area, raw",
    ]  # fmt: skip
    return markdown(head, (_contact(row) for row in study["contacts"]))


def _contact(row: Study) -> list[str]:
    return [
        f"{row['voxel_mm']:.1f}",
        f"{row['gap_mm']:+.1f}",
        *(str(row[key]) for key in ("n", "refused", "missed")),
        plain(row["gap_bias_mm"], "+.3f"),
        plain(row["gap_sd_mm"], ".3f"),
        plain(row["called"], ".0%"),
        plain(row.get("roc"), ".3f"),
        plain(row["raw_called"], ".0%"),
        plain(row.get("raw_roc"), ".3f"),
    ]


def repeats(study: Study) -> str:
    head = [
        "scan", "side", "n", "refused", "mean mm²", "CV %", "stated SD %", "farthest %",
        "CV of minimum %", "profiles overlap %", "flagged",
    ]  # fmt: skip
    return markdown(head, (_repeat(row) for row in study["repeats"]))


def _repeat(row: Study) -> list[str]:
    start = [row["scan"], row["side"], str(row["n"]), str(row["refused"])]
    if "cv" not in row:
        return [*start, *[""] * 7]
    spreads = [per_cent(row[key], 2, "") for key in ("cv", "stated", "farthest", "minimum_cv")]
    overlap = per_cent(row["overlap"], 0, "")
    return [*start, f"{row['mean_mm2']:.3f}", *spreads, overlap, str(row["flagged"])]


def peers(study: Study) -> str:
    """Every method in every scenario; the last columns are errors over ours."""
    methods = study["bench"]["methods"]
    ours = {lap["scenario"]: lap for lap in methods if lap["method"] == OURS}
    head = [
        "scenario", "method", "n", "bias", "SD", "RMS", "local RMS", "s a scan", "mean / ours",
        "local / ours",
    ]  # fmt: skip
    settings = [
        f"* {name}: {setting}" for name, setting in study["bench"]["chosen_settings"].items()
    ]
    table = markdown(head, (_peer(lap, ours[lap["scenario"]]) for lap in methods))
    return "\n".join([table, "", *settings, f"* {study['bench']['vmtk']}"])


def _peer(lap: Study, ours: Study) -> list[str]:
    start = [lap["scenario"], lap["method"], str(lap["n"])]
    if not lap["n"]:
        return [*start, f"refused {lap['refused']}", *[""] * 6]
    over = [f"{lap[key] / ours[key]:.1f}" if ours["n"] else "" for key in ("rms", "local")]
    return [
        *start,
        per_cent(lap["bias"]),
        *(per_cent(lap[key], 2, "") for key in ("sd", "rms", "local")),
        plain(lap["seconds"], ".2f"),
        *over,
    ]


def pictures(study: Study) -> str:
    rows = (
        [one["picture"], plain(one["seconds"], ".3f") or one["reason"]]
        for one in study["bench"]["pictures"]
    )
    return markdown(["picture", "processor seconds"], rows)


def suggested(study: Study) -> str:
    """How often end points are suggested, and how well."""
    rows = (
        [
            one["scene"],
            f"{one['given']} of {one['n']}",
            str(one["far"]),
            *(plain(one[key], ".2f") for key in ("median_mm", "worst_mm", "seconds")),
        ]
        for one in study["suggested"]
    )
    return markdown(["scene", "given", "far off", "median mm", "worst mm", "s"], rows)


def registration(study: Study) -> str:
    """How well an angiogram is brought onto the scan."""
    rows = (
        [
            one["scene"],
            *(str(one[key]) for key in ("n", "moved", "left_out")),
            *(plain(one[key], ".2f") for key in ("median_mm", "worst_mm", "seconds")),
        ]
        for one in study["registration"]
    )
    head = ["scene: patient", "n", "moved back", "left out", "median mm", "worst mm", "s"]
    return markdown(head, rows)


def clock(study: Study) -> str:
    """Two clicks to table."""
    rows = (
        [
            f"{one['voxel_mm']:.1f}",
            one["what"],
            *(plain(one[key], ".2f") for key in ("seconds", "wall_seconds")),
            plain(one["peak_mb"], ".0f"),
        ]
        for one in study["clock"]
    )
    head = ["voxel mm", "measured", "processor s", "s by the clock", "process at most MB"]
    return markdown(head, rows)


SECTIONS: dict[str, Callable[[Study], str]] = {
    "summary": summary,
    "targets": reached,
    "family": family,
    "bounds": bounds,
    "contacts": contacts,
    "repeats": repeats,
    "peers": peers,
    "pictures": pictures,
    "clock": clock,
    "suggested": suggested,
    "registration": registration,
}
