"""The study's figures as SVG; the same numbers give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from tests.bench.race import OURS

Study = dict[str, Any]

INK, FAINT, GRID, BAND = "#1c2733", "#5b6876", "#dfe4ea", "#e6eff3"
OURS_INK, OTHER_INK = "#0b6e8f", "#b4551d"
VOXEL_INK = {0.3: "#0b6e8f", 0.5: "#2e7d4f", 0.7: "#b4551d"}
PEER_INK = ("#5b6876", "#8a6bb0", "#c28b1a", "#b4551d", "#7a1f1f", "#c46a6a")
SETTINGS: Any = {  # matplotlib types its keys one by one
    "svg.hashsalt": "nct04645277",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
}


def figures(study: Study) -> dict[str, bytes]:
    """By file name."""
    return {
        "bias.svg": _drawn(7.6, 8.4, lambda figure: _bias(figure.add_subplot(), study)),
        "coverage.svg": _drawn(7.6, 8.4, lambda figure: _coverage(figure.add_subplot(), study)),
        "spread.svg": _drawn(5.2, 4.4, lambda figure: _spread(figure.add_subplot(), study)),
        "contacts.svg": _drawn(7.6, 3.4, lambda figure: _contacts(figure, study)),
        "peers.svg": _drawn(7.6, 3.6, lambda figure: _peers(figure.add_subplot(), study)),
    }


def _drawn(width: float, height: float, draw: Callable[[Figure], None]) -> bytes:
    out = io.BytesIO()
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    lines = out.getvalue().decode().splitlines()
    return ("\n".join(line.rstrip() for line in lines) + "\n").encode()


def _cases(study: Study) -> list[Study]:
    return [row for row in study["family"] if row["n"] > 1]


def _named(axes: Axes, rows: list[Study]) -> None:
    axes.set_yticks(range(len(rows)), [f"{row['name']}  {row['code']}" for row in rows])
    axes.tick_params(axis="y", length=0, labelsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _bias(axes: Axes, study: Study) -> None:
    """Bias of the mean area with its 95 % interval, the observed SD as a fainter bar behind."""
    rows = _cases(study)
    limit = 6.0
    axes.axvspan(-1, 1, color=BAND)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    for place, row in enumerate(rows):
        bias, error, spread = (100 * (row[key] or 0.0) for key in ("bias", "bias_error", "sd"))
        if abs(bias) > limit:
            axes.text(
                np.sign(bias) * limit, place, f"{bias:+.0f} % ", color=OTHER_INK, va="center",
                ha="right" if bias > 0 else "left",
            )  # fmt: skip
            continue
        axes.plot([bias - spread, bias + spread], [place, place], color=GRID, linewidth=4)
        axes.plot(
            [bias - 1.96 * error, bias + 1.96 * error],
            [place, place],
            color=OURS_INK,
            linewidth=1.6,
        )
        axes.plot(bias, place, "o", color=OURS_INK, markersize=4)
    axes.set_xlim(-limit, limit)
    axes.set_xlabel("error of the mean area, %: bias, its 95 % interval, SD of one nerve (grey)")
    _named(axes, rows)


def _coverage(axes: Axes, study: Study) -> None:
    rows = _cases(study)
    axes.axvspan(93, 97, color=BAND)
    for place, row in enumerate(rows):
        sections, mean = 100 * row["covers_sections"], 100 * row["covers_mean"]
        axes.plot([sections, mean], [place, place], color=GRID, linewidth=1.2)
        axes.plot(sections, place, "o", color=OURS_INK, markersize=4.5)
        axes.plot(mean, place, "D", color=OTHER_INK, markersize=4, markerfacecolor="white")
    axes.set_xlim(0, 101)
    axes.set_xlabel(
        "stated 95 % intervals that hold the truth, %: of sections (dot), of means (lozenge)"
    )
    _named(axes, rows)


def _spread(axes: Axes, study: Study) -> None:
    """Observed SD of the mean area against the stated one; named where they are far apart."""
    rows = [row for row in _cases(study) if row["sd"] and row["stated"]]
    stated, seen = (np.array([100 * row[key] for row in rows]) for key in ("stated", "sd"))
    ends = np.array([0.7 * min(stated.min(), seen.min()), 1.4 * max(stated.max(), seen.max())])
    axes.fill_between(ends, ends / 1.2, 1.2 * ends, color=BAND, linewidth=0)
    axes.plot(ends, ends, color=FAINT, linewidth=0.8)
    axes.loglog(stated, seen, "o", color=OURS_INK, markersize=4)
    for row, one, other in zip(rows, stated, seen, strict=True):
        if not 0.55 < other / one < 1.4:
            axes.annotate(
                row["code"], (one, other), textcoords="offset points", xytext=(4, 3), fontsize=7
            )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("stated SD of the mean area, %")
    axes.set_ylabel("observed SD, %")
    axes.grid(color=GRID, linewidth=0.6)


def _contacts(figure: Figure, study: Study) -> None:
    left, right = figure.subplots(1, 2)
    for voxel, ink in VOXEL_INK.items():
        rows = [row for row in study["contacts"] if row["voxel_mm"] == voxel]
        apart = [row for row in rows if "roc" in row]
        gaps = [row["gap_mm"] for row in apart]
        left.plot(gaps, [row["roc"] for row in apart], "o-", color=ink, label=f"{voxel} mm")
        left.plot(gaps, [row["raw_roc"] for row in apart], "--", color=ink, linewidth=1)
        every = [row["gap_mm"] for row in rows]
        right.plot(every, [100 * (row["called"] or 0) for row in rows], "o-", color=ink)
        right.plot(every, [100 * row["raw_called"] for row in rows], "--", color=ink, linewidth=1)
    left.set(xlabel="true gap, mm", ylabel="ROC area against contact", ylim=(0.4, 1.02))
    left.legend(title="voxel", frameon=False, loc="lower right")
    right.set(xlabel="true gap, mm", ylabel="called contact, %", ylim=(-3, 103))
    right.text(0.98, 0.96, "line: fit\ndashes: raw surface", transform=right.transAxes,
               ha="right", va="top", color=FAINT)  # fmt: skip
    for axes in (left, right):
        axes.grid(color=GRID, linewidth=0.6)


def _peers(axes: Axes, study: Study) -> None:
    laps = [lap for lap in study["bench"]["methods"] if lap["n"]]
    methods = list(dict.fromkeys(lap["method"] for lap in laps))
    scenarios = list(dict.fromkeys(lap["scenario"] for lap in laps))
    inks = dict(zip([m for m in methods if m != OURS], PEER_INK, strict=False)) | {OURS: OURS_INK}
    width = 0.8 / len(methods)
    for number, method in enumerate(methods):
        own = {lap["scenario"]: 100 * lap["rms"] for lap in laps if lap["method"] == method}
        places = [place + number * width - 0.4 for place, s in enumerate(scenarios) if s in own]
        values = [own[s] for s in scenarios if s in own]
        axes.bar(places, values, width, color=inks[method], label=method, align="edge")
    axes.set_yscale("log")
    axes.set_ylim(0.2, 50)
    axes.set_yticks(
        [0.2, 0.5, 1, 2, 5, 10, 20, 50], ["0.2", "0.5", "1", "2", "5", "10", "20", "50"]
    )
    axes.minorticks_off()
    axes.set_xticks(range(len(scenarios)), scenarios)
    axes.set_ylabel("RMS error of the mean area, %")
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, fontsize=7, ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.28))
